// Draws what the server counted. Colours are those of the page, text is the page's own.
(function () {
  'use strict';
  const language = navigator.language || 'en';
  const drawn = new Map();
  const numbers = new Intl.NumberFormat(language);
  const short = new Intl.NumberFormat(language, { notation: 'compact' });

  const colour = name => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();

  // A start is a day, or an hour with its offset: shown as it is, without a zone of the browser's.
  function start(text, unit) {
    const match = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2}))?/.exec(text);
    if (!match) return text;
    const date = new Date(Date.UTC(+match[1], match[2] - 1, +match[3], +(match[4] || 0), +(match[5] || 0)));
    const options = unit === 'month' ? { month: 'short', year: 'numeric' }
      : unit === 'hour' ? { day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' } : { day: 'numeric', month: 'short' };
    return new Intl.DateTimeFormat(language, Object.assign({ timeZone: 'UTC' }, options)).format(date);
  }

  function base() {
    const text = { color: colour('quiet'), fontFamily: 'system-ui, sans-serif', fontSize: 11 };
    return {
      animation: false,
      aria: { enabled: true },
      textStyle: text,
      color: ['c1', 'c2', 'c3', 'c4', 'c5', 'c6'].map(colour),
      grid: { left: 8, right: 12, top: 28, bottom: 8, containLabel: true },
      // Text only: the page's policy lets no script make styles.
      tooltip: { trigger: 'axis', renderMode: 'richText', confine: true, backgroundColor: colour('paper'), borderColor: colour('line'), textStyle: { color: colour('ink'), fontSize: 12 } },
      legend: { type: 'scroll', top: 0, right: 0, left: 0, icon: 'roundRect', itemWidth: 10, itemHeight: 10, textStyle: text, pageTextStyle: text, pageIconColor: colour('quiet') }
    };
  }

  function axes(category, values) {
    const line = { lineStyle: { color: colour('line') } };
    const label = { color: colour('quiet'), hideOverlap: true };
    return [
      Object.assign({ type: 'category', axisLine: line, axisTick: { show: false }, axisLabel: label }, category),
      Object.assign({ type: 'value', splitLine: line, axisLabel: { color: colour('quiet'), formatter: value => short.format(value) } }, values)
    ];
  }

  function overTime(spec) {
    const option = base();
    const [x, y] = axes({ data: spec.x.map(text => start(text, spec.unit)) }, {});
    option.xAxis = x;
    option.yAxis = y;
    option.legend.show = spec.series.length > 1;
    if (!option.legend.show) option.grid.top = 12;
    option.tooltip.valueFormatter = value => value === null || value === undefined ? '–' : numbers.format(value) + (spec.suffix ? ' ' + spec.suffix : '');
    option.series = spec.series.map(series => ({
      name: series.name,
      type: spec.form === 'lines' ? 'line' : 'bar',
      stack: spec.stacked ? 'all' : undefined,
      data: series.values.map(value => value === null ? null : Number(value)),
      symbol: 'none',
      barMaxWidth: 28,
      itemStyle: series.faint ? { opacity: .35 } : {},
      lineStyle: series.faint ? { type: 'dashed', opacity: .6 } : { width: 2 },
      areaStyle: spec.form === 'lines' && spec.series.length === 1 ? { opacity: .12 } : undefined
    }));
    return option;
  }

  function ranks(spec) {
    const option = base();
    const [category, values] = axes({ data: spec.labels, inverse: true, axisLabel: { color: colour('quiet'), width: 130, overflow: 'truncate' } }, {});
    option.yAxis = category;
    option.xAxis = values;
    option.legend.show = spec.series.length > 1;
    if (!option.legend.show) option.grid.top = 12;
    if (spec.ofFirst) option.grid.right = 96; // the labels stand there
    option.tooltip.axisPointer = { type: 'shadow' };
    option.tooltip.valueFormatter = value => numbers.format(value);
    option.series = spec.series.map(series => ({
      name: series.name,
      type: 'bar',
      barMaxWidth: 24,
      data: series.values.map(Number),
      label: spec.ofFirst ? { show: true, position: 'right', color: colour('ink'), formatter: point => numbers.format(point.value) + ' · ' + (series.values[0] ? Math.round(100 * point.value / series.values[0]) : 0) + ' %' } : undefined
    }));
    return option;
  }

  function heat(spec) {
    const option = base();
    const [x] = axes({ data: Array.from({ length: spec.columns }, (unused, i) => String(i)) }, {});
    const [y] = axes({ data: spec.rows.map(text => start(text, 'day')), inverse: true }, {});
    option.xAxis = x;
    option.yAxis = y;
    option.grid.top = 8;
    option.legend.show = false;
    option.tooltip.trigger = 'item';
    option.tooltip.formatter = point => spec.rows[point.value[1]] + ', ' + point.value[0] + ' later: ' + point.value[2] + ' %, ' + numbers.format(point.value[3]);
    option.visualMap = { show: false, min: 0, max: 100, dimension: 2, inRange: { color: [colour('soft'), colour('c1')] } };
    option.series = [{ type: 'heatmap', data: spec.values, label: { show: spec.values.length < 200, color: colour('ink'), formatter: point => Math.round(point.value[2]) + ' %' } }];
    return option;
  }

  function flow(spec) {
    const option = base();
    const names = Array.from(new Set(spec.links.flatMap(link => [link.from, link.to])));
    option.legend.show = false;
    option.tooltip.trigger = 'item';
    option.tooltip.formatter = point => point.dataType === 'edge' ? point.data.source + ' → ' + point.data.target + ': ' + numbers.format(point.value) : point.name + ': ' + numbers.format(point.value);
    option.series = [{
      type: 'sankey', left: 4, right: 120, top: 8, bottom: 8, nodeGap: 8, draggable: false,
      data: names.map(name => ({ name: name })),
      links: spec.links.map(link => ({ source: link.from, target: link.to, value: link.value })),
      label: { color: colour('ink'), width: 110, overflow: 'truncate' },
      lineStyle: { color: 'gradient', opacity: .35 }
    }];
    return option;
  }

  const forms = { bars: overTime, lines: overTime, ranks: ranks, heat: heat, flow: flow };

  function draw(root) {
    for (const holder of root.querySelectorAll('[data-chart]')) {
      if (drawn.has(holder)) continue;
      const spec = JSON.parse(holder.dataset.chart);
      const chart = echarts.init(holder, null, { renderer: 'canvas' });
      chart.setOption(forms[spec.form](spec));
      drawn.set(holder, chart);
    }
    for (const [holder, chart] of drawn) {
      if (!holder.isConnected) {
        chart.dispose();
        drawn.delete(holder);
      }
    }
  }

  window.licetCharts = draw;
  window.licetCharts.again = function () {
    for (const [holder, chart] of drawn) chart.setOption(forms[JSON.parse(holder.dataset.chart).form](JSON.parse(holder.dataset.chart)), true);
  };
  addEventListener('resize', () => { for (const chart of drawn.values()) chart.resize(); });
})();
