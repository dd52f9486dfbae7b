/* The delta feed in the browser: asks what is new since a cursor, takes the steps, shows the parts.
   What the server tells, and how it finds the steps: dashboard/live/{delta_feed,tree_difference}.py. */
(function () {
  /* Where below its name this server stands. */
  const root = document.querySelector("meta[name=cp-root]").content;
  /* What the open live page was told last; null on every other page. */
  let page = null;

  function seconds(since) { return (performance.now() - since) / 1000; }

  /** Take what the page was drawn with for what the feed goes on from. */
  function opened(start, lecture) {
    const clientside = window.dash_clientside;
    const parts = { newest: start.newest }, templates = {};
    clientside.callback_context.states_list.slice(1).forEach(function (part) {
      const figure = part.property === "figure";
      parts[part.id] = figure ? toldOf(part.value) : part.value;
      if (figure) { templates[part.id] = part.value.layout.template; }
    });
    const now = performance.now();
    page = { lecture: lecture, policy: start.policy, cursor: start.cursor, parts: parts, templates: templates,
             at: start.at, told: now, heard: now, asking: false };
    clientside.classpulse.students();
    return clientside.no_update;
  }

  /** One tick: what has changed, for each output of the callback. */
  async function feed() {
    const nothing = window.dash_clientside.no_update;
    const outputs = window.dash_clientside.callback_context.outputs_list;
    const before = page && page.parts;
    await heard();
    return outputs.map(function (output) {
      if (!page || page.parts === before || page.parts[output.id] === before[output.id]) {
        return nothing;
      }
      const part = page.parts[output.id];
      return output.property.startsWith("figure") ? drawn(part, page.templates[output.id]) : part;
    });
  }

  /** Ask once, and know afterwards what was answered. */
  async function heard() {
    const here = page;
    // One question at a time: on a slow network they would only queue.
    if (!here || here.asking) { return; }
    here.asking = true;
    try {
      const answer = await fetch(root + "/_live/" + here.lecture + "?since=" + (here.cursor || "") +
        "&in=" + document.documentElement.lang + "&policy=" + here.policy,
        { cache: "no-store", signal: AbortSignal.timeout(30000) });
      // No longer signed in, or no longer this one's: what is shown must go; the server says why.
      if ([401, 403, 404].includes(answer.status)) { window.location.reload(); return; }
      if (!answer.ok) { return; }
      const told = await answer.json();
      if (here !== page) { return; }
      here.heard = performance.now();
      if (told.over) {
        // Whoever is ending it from here is being led on; another dialogue has to be closed first.
        if (!document.getElementById("end-confirm")) { window.location.reload(); }
        return;
      }
      if (told.cursor) { learn(here, told); }
    } catch (error) {
      // A feed that is down is told by the banner, and tried again at the next tick.
    } finally {
      here.asking = false;
    }
  }

  function learn(here, told) {
    let parts = told.whole || here.parts;
    try {
      (told.steps || []).forEach(function (step) { parts = changed(parts, step[0], step.slice(1)); });
    } catch (error) {
      // What is here is not what the server takes it for: hear everything anew.
      here.cursor = "";
      return;
    }
    here.parts = parts;
    here.cursor = told.cursor;
    here.at = told.at;
    here.told = performance.now();
  }

  /** The tree after one step; what it does not touch stays the same object. */
  function changed(tree, path, change) {
    if (path.length) {
      if (tree === null || typeof tree !== "object") { throw new TypeError("no way to " + path); }
      const copy = Array.isArray(tree) ? tree.slice() : Object.assign({}, tree);
      copy[path[0]] = changed(tree[path[0]], path.slice(1), change);
      return copy;
    }
    if (change.length === 1) { return change[0]; }
    return tree.slice(0, change[0]).concat(change[2], tree.slice(change[0] + change[1]));
  }

  /** A figure as the feed tells it: without its template, 0 for the times of the first trace. */
  function toldOf(figure) {
    const times = JSON.stringify(figure.data[0].x);
    const data = figure.data.map(function (trace, at) {
      return at && JSON.stringify(trace.x) === times ? Object.assign({}, trace, { x: 0 }) : trace;
    });
    const layout = Object.assign({}, figure.layout);
    delete layout.template;
    return Object.assign({}, figure, { data: data, layout: layout });
  }

  /** A figure as it is drawn: the other way round, in objects that Plotly may make its own. */
  function drawn(figure, template) {
    const times = figure.data[0].x;
    const data = figure.data.map(function (trace) {
      return Object.assign({}, trace, trace.x === 0 ? { x: times } : {});
    });
    return { data: data, layout: structuredClone(Object.assign({}, figure.layout, { template: template })) };
  }

  /* What is undone may stand here otherwise than the server takes it to: hear everything anew. */
  document.addEventListener("click", function (event) {
    if (page && event.target.closest(".cp-undo")) { page.cursor = ""; }
  }, true);

  /** The banner: nothing while all is well, else how old the data is or that we are alone. */
  function banner() {
    if (!page) { return ["", "cp-banner"]; }
    const quiet = seconds(page.heard);
    if (quiet > 10) {
      return [said("lost", { age: span(quiet) }), "cp-banner cp-banner-lost"];
    }
    if (page.parts.newest !== null) {
      const age = page.at - page.parts.newest + seconds(page.told);
      if (age > 20) { return [said("old", { age: span(age) }), "cp-banner"]; }
    }
    return ["", "cp-banner"];
  }

  Object.assign(window.dash_clientside.classpulse, { opened: opened, feed: feed, banner: banner });
})();
