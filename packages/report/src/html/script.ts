/**
 * What the page does: draws each chart in the theme of the page, and again when the theme changes. Without it, or when
 * a chart cannot be drawn, the picture that the page came with stays.
 */
export const SCRIPT = `
(function () {
  "use strict";
  var root = document.documentElement;
  var charts = JSON.parse(document.getElementById("charts-data").textContent);
  var button = document.getElementById("theme");
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  var views = {};
  var latest = 0;
  function theme() { return root.dataset.theme || (dark.matches ? "dark" : "light"); }
  function draw() {
    var now = theme();
    var turn = ++latest;
    button.textContent = now === "dark" ? "Light theme" : "Dark theme";
    charts.forEach(function (chart) {
      var holder = document.getElementById("chart-" + chart.name);
      var spec = JSON.parse(JSON.stringify(chart[now]));
      spec.data = { values: JSON.parse(JSON.stringify(chart.values)) };
      var fresh = document.createElement("div");
      vegaEmbed(fresh, spec, { renderer: "svg", actions: false, tooltip: { theme: now } }).then(function (result) {
        if (turn !== latest) { result.finalize(); return; }
        if (views[chart.name]) views[chart.name].finalize();
        views[chart.name] = result;
        holder.replaceChildren(fresh);
      }).catch(function (error) { console.error(chart.name, error); });
    });
  }
  button.hidden = false;
  button.addEventListener("click", function () {
    root.dataset.theme = theme() === "dark" ? "light" : "dark";
    draw();
  });
  dark.addEventListener("change", draw);
  draw();
})();
`;
