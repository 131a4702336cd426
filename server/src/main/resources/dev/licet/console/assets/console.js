// What the pages do in the browser: numbers and times by the reader's customs, dialogs, live events, the API explorer.
(function () {
  'use strict';
  const $ = (selector, root) => (root || document).querySelector(selector);
  const $$ = (selector, root) => Array.from((root || document).querySelectorAll(selector));
  const language = navigator.language || 'en';
  const zone = document.body.dataset.zone || 'UTC';

  function format(options) {
    try {
      return new Intl.DateTimeFormat(language, Object.assign({ timeZone: zone }, options));
    } catch (e) {
      return new Intl.DateTimeFormat(language, Object.assign({ timeZone: 'UTC' }, options));
    }
  }
  const styles = {
    full: format({ dateStyle: 'medium', timeStyle: 'medium' }),
    day: format({ dateStyle: 'medium' }),
    time: format({ timeStyle: 'medium' })
  };

  // Numbers and times

  function localise(root) {
    for (const time of $$('time[datetime]:not([data-shown])', root)) {
      let date = new Date(time.dateTime);
      if (isNaN(date)) continue;
      time.dataset.shown = 'yes';
      time.title = time.dateTime;
      const style = time.dataset.style;
      if (style === 'last-day') date = new Date(date.getTime() - 1);
      time.textContent = date.getUTCFullYear() > 9000 ? 'never' : styles[style === 'last-day' ? 'day' : style || 'full'].format(date);
    }
    for (const data of $$('data[value]:not([data-shown])', root)) {
      const text = data.getAttribute('value');
      if (!/^-?\d+(\.\d+)?$/.test(text)) continue;
      data.dataset.shown = 'yes';
      data.title = text;
      const digits = (text.split('.')[1] || '').length;
      // Of text, so that no digit of a large amount is lost.
      data.textContent = new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(text);
    }
    if (window.licetCharts) window.licetCharts(root);
  }

  // Dialogs and messages

  const dialog = $('#dialog');
  const toast = $('#toast');
  let toastTimer;

  function say(text) {
    if (!toast) return;
    toast.textContent = text;
    clearTimeout(toastTimer);
    toastTimer = setTimeout(() => { toast.textContent = ''; }, 5000);
  }

  function reload() {
    location.reload();
  }

  document.addEventListener('htmx:configRequest', event => {
    event.detail.headers['X-CSRF-Token'] = document.body.dataset.csrf;
  });
  document.addEventListener('htmx:afterSwap', event => {
    localise(event.detail.target.parentNode || document);
    if (dialog && event.detail.target === dialog) {
      if (!dialog.open) dialog.showModal();
      const done = $('[data-done]', dialog);
      if (done && !done.dataset.keep) {
        try { sessionStorage.setItem('licet-said', done.dataset.done); } catch (e) { /* no message then */ }
        dialog.close();
        reload();
      } else {
        const first = $('input:not([type=hidden]):not([type=checkbox]), select, textarea, button', dialog);
        if (first) first.focus();
      }
    }
  });
  for (const name of ['htmx:sendError', 'htmx:timeout']) {
    document.addEventListener(name, () => say('The server can’t be reached. Nothing was changed, as far as is known; try again.'));
  }
  document.addEventListener('htmx:responseError', event => {
    const xhr = event.detail.xhr;
    const plain = (xhr.getResponseHeader('Content-Type') || '').startsWith('text/plain');
    say(plain && xhr.responseText.length < 300 ? xhr.responseText : 'The server answered ' + xhr.status + '. Try again in a moment.');
    const waiting = $('.waiting', event.detail.target);
    if (waiting) waiting.textContent = 'This could not be answered.';
  });
  document.addEventListener('click', event => {
    const target = event.target.closest('button');
    if (!target) return;
    if (target.hasAttribute('data-close') && dialog) {
      const again = target.hasAttribute('data-reload');
      dialog.close();
      if (again) reload();
    } else if (target.hasAttribute('data-copy')) {
      copy(target);
    } else if (target.dataset.checkAll) {
      for (const box of $$('input[type=checkbox]', target.closest('fieldset'))) box.checked = target.dataset.checkAll === 'true';
    } else if (target.classList.contains('menu')) {
      const open = $('#nav').classList.toggle('open');
      target.setAttribute('aria-expanded', String(open));
    } else if (target.classList.contains('theme')) {
      const dark = getComputedStyle(document.documentElement).colorScheme === 'dark';
      document.documentElement.dataset.theme = dark ? 'light' : 'dark';
      try { localStorage.setItem('licet-theme', dark ? 'light' : 'dark'); } catch (e) { /* for this page alone */ }
      if (window.licetCharts) window.licetCharts.again();
    }
  });

  function copy(button) {
    const code = $('code', button.parentNode);
    navigator.clipboard.writeText(code.textContent).then(() => {
      button.textContent = 'Copied';
      setTimeout(() => { button.textContent = 'Copy'; }, 1500);
    }, () => say('The browser does not let pages copy: select the text.'));
  }

  // Explore: only what the chosen kind takes

  function fit() {
    const kind = $('#kind');
    if (!kind) return;
    const takes = kind.selectedOptions[0].dataset.takes.split(' ');
    for (const field of $$('#question [data-takes]')) {
      if (field.parentElement.id === 'kind') continue;
      const fits = takes.includes(field.dataset.takes);
      field.hidden = !fits;
      if (field.tagName === 'OPTION') {
        field.disabled = !fits;
        if (!fits && field.selected) field.parentElement.selectedIndex = 0;
      }
      for (const input of $$('input, select', field)) input.disabled = !fits;
    }
  }
  document.addEventListener('change', event => { if (event.target.id === 'kind') fit(); });

  // Live events

  function live() {
    const table = $('#live');
    if (!table) return;
    const state = $('#live-state');
    const pause = $('#live-pause');
    const body = table.tBodies[0];
    let source;
    let waiting = [];
    let paused = false;
    function show(event) {
      const row = document.createElement('tr');
      row.className = 'fresh-row';
      const time = document.createElement('time');
      time.dateTime = event.time;
      const cells = [time, event.name, event.feature, event.machine, event.user, event.properties];
      for (const cell of cells) {
        const td = row.insertCell();
        if (cell instanceof Node) {
          td.append(cell);
        } else {
          const span = document.createElement('span');
          span.dir = 'auto';
          span.textContent = cell;
          td.append(span);
        }
      }
      body.prepend(row);
      while (body.rows.length > 200) body.deleteRow(-1);
      $('#live-empty').hidden = true;
      localise(row);
    }
    function set(text, style) {
      state.textContent = text;
      state.className = 'badge ' + style;
    }
    function open() {
      source = new EventSource('/console/live/events' + location.search);
      source.onopen = () => set('live', 'good');
      source.onerror = () => {
        if (source.readyState !== EventSource.CLOSED) {
          set('connecting again', 'warn');
        } else {
          set('connection lost', 'bad');
          setTimeout(open, 5000);
        }
      };
      source.onmessage = message => {
        const event = JSON.parse(message.data);
        if (paused) {
          waiting.push(event);
          waiting = waiting.slice(-200);
          pause.textContent = 'Go on (' + waiting.length + ')';
        } else {
          show(event);
        }
      };
      source.addEventListener('more', () => set('live, not all are shown', 'warn'));
      source.addEventListener('full', message => { source.close(); set('not connected', 'bad'); say(message.data); });
      source.addEventListener('over', () => { source.close(); location.reload(); });
    }
    pause.addEventListener('click', () => {
      paused = !paused;
      pause.textContent = paused ? 'Go on' : 'Pause';
      if (!paused) {
        waiting.forEach(show);
        waiting = [];
      }
    });
    open();
    addEventListener('pagehide', () => source.close());
  }

  // The API explorer

  function call(form) {
    const query = [];
    const fields = [];
    const headers = {};
    let path = form.dataset.path;
    for (const input of $$('[data-in]', form)) {
      const value = input.value;
      if (input.dataset.in === 'body' || value === '') continue;
      const pair = encodeURIComponent(input.name) + '=' + encodeURIComponent(value);
      if (input.dataset.in === 'header') headers[input.name] = value;
      else if (path.includes('?' + input.name + '=')) continue; // the path names it already
      else if (input.dataset.in === 'path') path = path.replace('{' + input.name + '}', encodeURIComponent(value));
      else if (input.dataset.in === 'query') query.push(pair);
      else if (input.dataset.in === 'form') fields.push(pair);
    }
    const url = path + (query.length ? (path.includes('?') ? '&' : '?') + query.join('&') : '');
    const token = document.body.dataset.token;
    if (path.startsWith('/v1/')) headers.Authorization = 'Bearer ' + (token || 'ACCESS_TOKEN');
    let body;
    const area = $('[data-in=body]', form);
    if (form.dataset.verb !== 'GET' && fields.length) {
      body = fields.join('&');
      headers['Content-Type'] = 'application/x-www-form-urlencoded';
    } else if (area && area.value.trim()) {
      body = area.value;
      headers['Content-Type'] = form.dataset.body;
    }
    return { verb: form.dataset.verb, url: url, headers: headers, body: body };
  }

  function block(title, text) {
    const holder = document.createElement('div');
    const label = document.createElement('p');
    label.className = 'quiet';
    label.textContent = title;
    const snippet = document.createElement('div');
    snippet.className = 'snippet';
    const pre = document.createElement('pre');
    pre.tabIndex = 0;
    const code = document.createElement('code');
    code.textContent = text;
    pre.append(code);
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'small';
    button.dataset.copy = '';
    button.textContent = 'Copy';
    snippet.append(pre, button);
    holder.append(label, snippet);
    return holder;
  }

  function pretty(text, type) {
    if (!type.includes('json')) return text;
    try { return JSON.stringify(JSON.parse(text), null, 2); } catch (e) { return text; }
  }

  async function send(form) {
    const request = call(form);
    const out = $('.exchange', form.parentNode);
    out.hidden = false;
    out.replaceChildren();
    const head = request.verb + ' ' + request.url + '\n'
      + Object.entries(request.headers).map(([name, value]) => name + ': ' + value).join('\n');
    out.append(block('Sent', head + (request.body ? '\n\n' + request.body : '')));
    try {
      const began = performance.now();
      const answer = await fetch(request.url, { method: request.verb, headers: request.headers, body: request.body, credentials: 'omit', cache: 'no-store' });
      const text = await answer.text();
      const took = Math.round(performance.now() - began);
      const type = answer.headers.get('Content-Type') || '';
      out.append(block('Answered ' + answer.status + ' in ' + took + ' ms, ' + type, pretty(text, type)));
    } catch (e) {
      out.append(block('Not answered', String(e)));
    }
  }

  const quote = text => "'" + String(text).replaceAll("'", "'\\''") + "'";
  const literal = text => JSON.stringify(String(text));

  // Whole programs: each can be pasted and run.
  function snippets(request) {
    const url = location.origin + request.url;
    const headers = Object.entries(request.headers);
    const curl = 'curl -sS -X ' + request.verb + headers.map(([n, v]) => ' -H ' + quote(n + ': ' + v)).join('')
      + (request.body ? ' --data-binary ' + quote(request.body) : '') + ' ' + quote(url);
    const java = 'import java.net.URI;\nimport java.net.http.HttpClient;\nimport java.net.http.HttpRequest;\nimport java.net.http.HttpResponse;\n\n'
      + 'void main() throws Exception {\n    HttpRequest request = HttpRequest.newBuilder(URI.create(' + literal(url) + '))\n'
      + headers.map(([n, v]) => '            .header(' + literal(n) + ', ' + literal(v) + ')\n').join('')
      + '            .method(' + literal(request.verb) + ', HttpRequest.BodyPublishers.'
      + (request.body ? 'ofString(' + literal(request.body) + ')' : 'noBody()') + ')\n            .build();\n'
      + '    IO.println(HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body());\n}\n';
    const python = 'import urllib.error\nimport urllib.request\n\nrequest = urllib.request.Request(\n    ' + literal(url) + ',\n    method=' + literal(request.verb) + ',\n    headers={'
      + headers.map(([n, v]) => literal(n) + ': ' + literal(v)).join(', ') + '},\n'
      + (request.body ? '    data=' + literal(request.body) + '.encode(),\n' : '') + ')\ntry:\n    print(urllib.request.urlopen(request).read().decode())\nexcept urllib.error.HTTPError as error:\n    print(error.read().decode())\n';
    const javascript = 'const answer = await fetch(' + literal(url) + ', {\n  method: ' + literal(request.verb) + ',\n  headers: {'
      + headers.map(([n, v]) => literal(n) + ': ' + literal(v)).join(', ') + '},\n'
      + (request.body ? '  body: ' + literal(request.body) + ',\n' : '') + '});\nconsole.log(await answer.text());\n';
    return { curl: curl, Java: java, Python: python, JavaScript: javascript };
  }

  document.addEventListener('submit', event => {
    if (event.target.hasAttribute('data-send')) {
      event.preventDefault();
      send(event.target);
    }
  });
  document.addEventListener('click', event => {
    const button = event.target.closest('[data-snippets]');
    if (button) {
      const form = button.closest('form');
      const out = $('.snippets', form.parentNode);
      out.hidden = false;
      out.replaceChildren(...Object.entries(snippets(call(form))).map(([name, text]) => block(name, text)));
    }
    if (event.target.id === 'lend') lend();
  });

  async function lend() {
    const answer = await fetch('/docs/credentials', { method: 'POST', headers: { 'X-CSRF-Token': document.body.dataset.csrf } });
    if (!answer.ok) {
      say('No credentials were lent: sign in again.');
      return;
    }
    const lent = await answer.json();
    document.body.dataset.token = lent.accessToken;
    for (const input of $$('[data-credential]')) {
      const value = lent[input.dataset.credential];
      // A name without its password is worse than none.
      if (value && (input.dataset.credential !== 'username' || input.dataset.needed)) input.value = value;
    }
    $('#lent').textContent = 'Filled in: an access token' + (lent.apiKey ? ' and an apiKey' : '') + ' with your rights, until ' + styles.time.format(new Date(lent.until)) + '.';
  }

  function find() {
    const box = $('#find');
    if (!box) return;
    box.addEventListener('input', () => {
      const wanted = box.value.toLowerCase();
      for (const method of $$('.method')) method.hidden = !$('summary', method).textContent.toLowerCase().includes(wanted);
    });
    if (location.hash) {
      const method = document.getElementById(location.hash.slice(1));
      if (method) method.open = true;
    }
  }

  localise(document);
  fit();
  live();
  find();
  try {
    const said = sessionStorage.getItem('licet-said');
    sessionStorage.removeItem('licet-said');
    if (said) say(said);
  } catch (e) { /* no message then */ }
})();
