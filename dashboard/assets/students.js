/* The students of the live page, as one viewer wants to see them: searched, sifted, and on a narrow
   screen not all at once. The order by need is the style sheet's; here it says who is left out. */
(function () {
  /* Most that a narrow screen shows before it is asked for all of them. */
  const FEW = 16;
  const NEED = ["cp-tile-flagged", "cp-tile-no_data", "cp-tile-camera_lost", "cp-tile-away",
                "cp-tile-paused"];
  const narrow = window.matchMedia("(max-width: 760px)");
  let wanted = "all";
  let all = false;

  function has(tile, name) { return tile.classList.contains(name); }

  const fits = {
    all: function () { return true; },
    flagged: function (tile) { return has(tile, "cp-tile-flagged"); },
    absent: function (tile) { return !has(tile, "cp-tile-reporting"); },
    reporting: function (tile) { return has(tile, "cp-tile-reporting"); },
  };

  function need(tile) {
    const at = NEED.findIndex(function (name) { return has(tile, name); });
    return at < 0 ? NEED.length : at;
  }

  /* Without case and accents, so that whoever types plainly finds everybody. */
  function plain(text) {
    return text.normalize("NFKD").replace(/\p{Mn}/gu, "").toLowerCase();
  }

  function sift() {
    const box = document.getElementById("live-students");
    if (!box) { return; }
    const found = Array.from(box.querySelectorAll(".cp-tile"));
    const number = new Intl.NumberFormat(document.documentElement.lang);
    box.querySelectorAll(".cp-chip").forEach(function (chip) {
      const count = number.format(found.filter(fits[chip.dataset.show]).length);
      const place = chip.querySelector(".cp-chip-count");
      if (place.textContent !== count) { place.textContent = count; }
      chip.setAttribute("aria-pressed", String(chip.dataset.show === wanted));
    });
    const words = plain(document.getElementById("student-search").value).split(/\s+/);
    const shown = found.filter(function (tile) {
      const name = plain(tile.querySelector(".cp-tile-name").textContent);
      return fits[wanted](tile) && words.every(function (word) { return name.includes(word); });
    });
    const cut = narrow.matches && !all && shown.length > FEW;
    const first = shown.slice().sort(function (one, other) { return need(one) - need(other); });
    const kept = new Set(cut ? first.slice(0, FEW) : shown);
    found.forEach(function (tile) { tile.hidden = !kept.has(tile); });
    box.querySelector(".cp-none").hidden = !found.length || shown.length > 0;
    box.querySelector(".cp-more-students").hidden = !cut;
    box.querySelector(".cp-sift").hidden = !found.length;
  }

  /** The live page stands: sift now, and whenever a tick has changed the list. */
  function students() {
    wanted = "all";
    all = false;
    const list = document.getElementById("live-tiles");
    if (!list) { return; }
    new MutationObserver(sift).observe(list, {
      childList: true, subtree: true, characterData: true, attributes: true,
      attributeFilter: ["class"],
    });
    sift();
  }

  document.addEventListener("input", function (event) {
    if (event.target.id === "student-search") { sift(); }
  });
  document.addEventListener("click", function (event) {
    const chip = event.target.closest("#live-students .cp-chip");
    if (chip) { wanted = chip.dataset.show; sift(); }
    if (event.target.closest("#live-students .cp-more-students")) { all = true; sift(); }
  });
  narrow.addEventListener("change", sift);

  Object.assign(window.dash_clientside.classpulse, { students: students });
})();
