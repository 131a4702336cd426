// Before anything is drawn: the theme that the reader chose, if not the system's.
(function () {
  try {
    const chosen = localStorage.getItem('licet-theme');
    if (chosen) document.documentElement.dataset.theme = chosen;
  } catch (e) { /* storage is off: the system's theme */ }
})();
