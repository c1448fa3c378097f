// What writing an entry gains from a script. Everything on the page works without it.
//
// form[data-entry-keep]   keeps the draft every few seconds, says when, and where it was saved from another page;
//                         brings what stands beside the text up to date with the same request
// [data-marks] textarea   shows beside each paragraph what it is; a press changes it
// [data-child]            the questions of a child whom the entry is not about are put away
// [data-with], [data-late]   what is asked only with an answer

const EVERY = 4000;
const PAUSE = 1200;
const LONGEST_PARTING = 60000;
const KINDS = { f: "fact", o: "opinion", a: "assessment", j: "judgement", d: "decision" };
const LETTER = /^(?:[foajd]:[ \t]*|[fojd][ \t]+|a[ \t]+(?=@))(?=\S)/;
const WORD = /^(fact|opinion|assessment|judgement|decision)[ \t]*:[ \t]*/i;
const TOLD = /^@[ \t]*([^:\n]{1,120}?)[ \t]*:/;

const marked = (line) => LETTER.test(line) || WORD.test(line) || line.startsWith("@");

// The paragraphs of a text as the program reads them (sightline/records/marks.py), each with where it starts.
export const paragraphs = (text) => {
  const found = [];
  let open = null;
  let at = 0;
  let before = "";
  for (const line of text.split("\n")) {
    const start = line.trimStart();
    if (!line.trim()) {
      open = null;
    } else if (!open || (marked(start) && (!LETTER.test(start) || /[.!?:;”")]$/.test(before.trimEnd())))) {
      open = { start: at + (line.length - start.length), ...reading(start) };
      found.push(open);
    }
    before = line;
    at += line.length + 1;
  }
  return found;
};

const reading = (start) => {
  let rest = start;
  let kind = "fact";
  let mark = "";
  const letter = rest.match(LETTER);
  const word = rest.match(WORD);
  if (letter) {
    kind = KINDS[letter[0][0]];
    mark = letter[0];
  } else if (word) {
    kind = word[1].toLowerCase();
    mark = word[0];
  }
  rest = rest.slice(mark.length);
  const told = rest.startsWith("@") ? (rest.match(TOLD) || ["", "…"])[1].trim() : "";
  return { kind, mark, told };
};

const name = (kind) => kind[0].toUpperCase() + kind.slice(1);
const source = (p, children) => {
  if (!p.told) return p.kind === "fact" ? "I saw or heard it" : "mine";
  return children.has(p.told.toLowerCase()) ? `${p.told} said` : `Told by ${p.told}`;
};

const showMarks = (area) => {
  const children = new Set((area.closest("[data-names]")?.dataset.names || "").toLowerCase().split("|"));
  const box = document.createElement("div");
  box.className = "re-marked";
  area.before(box);
  const gutter = document.createElement("div");
  gutter.className = "re-gutter";
  const mirror = document.createElement("div");
  mirror.className = "re-mirror";
  mirror.setAttribute("aria-hidden", "true");
  box.append(gutter, area, mirror);

  const turn = (p) => {
    const letters = Object.keys(KINDS);
    const next = letters[(letters.indexOf(p.kind[0]) + 1) % letters.length];
    const mark = next === "f" ? "" : next === "a" ? "a: " : `${next} `;
    area.focus();
    area.setSelectionRange(p.start, p.start + p.mark.length);
    // So that the browser's own undo takes it back.
    if (!document.execCommand("insertText", false, mark)) {
      area.setRangeText(mark, p.start, p.start + p.mark.length, "end");
      area.dispatchEvent(new Event("input", { bubbles: true }));
    }
  };

  const draw = () => {
    const style = getComputedStyle(area);
    if (!CSS.supports("field-sizing", "content")) {
      area.style.height = "auto";
      area.style.height = `${area.scrollHeight + 4}px`;
    }
    for (const property of ["font", "letterSpacing", "lineHeight", "padding", "boxSizing"]) {
      mirror.style[property] = style[property];
    }
    mirror.style.border = "2px solid transparent";
    mirror.style.width = `${area.offsetWidth}px`;
    mirror.replaceChildren();
    const found = paragraphs(area.value);
    let at = 0;
    const places = found.map((p) => {
      mirror.append(area.value.slice(at, p.start));
      const place = document.createElement("span");
      mirror.append(place);
      place.textContent = "\u200b";
      at = p.start;
      return place;
    });
    mirror.append(area.value.slice(at));
    const tops = places.map((place) => place.offsetTop);
    gutter.replaceChildren(
      ...found.map((p, n) => {
        const button = document.createElement("button");
        const room = (tops[n + 1] ?? mirror.offsetHeight + 40) - tops[n];
        button.type = "button";
        button.tabIndex = -1;
        button.className = `re-para--${p.told && !children.has(p.told.toLowerCase()) ? "told" : p.kind}${room < 44 ? " re-gutter--short" : ""}`;
        button.style.top = `${tops[n] - 1}px`;
        button.style.maxHeight = `${Math.max(room - 3, 22)}px`;
        button.title = `Paragraph ${n + 1}: ${name(p.kind)}, ${source(p, children)}. Press to change what it is.`;
        const kind = document.createElement("strong");
        kind.textContent = name(p.kind);
        button.append(kind, ` ${source(p, children)}`);
        button.addEventListener("click", () => turn(p));
        return button;
      }),
    );
  };
  area.addEventListener("input", draw);
  new ResizeObserver(draw).observe(area);
  draw();
};

const keepDraft = (form) => {
  const url = form.dataset.entryKeep;
  const status = form.querySelector("[data-autosave-status]") || document.querySelector("[data-autosave-status]");
  const beside = form.querySelector("[data-beside]");
  const late = form.querySelector("[data-late]");
  const say = (text, wrong) => {
    if (!status) return;
    if (status.textContent !== text) status.textContent = text;
    status.classList.toggle("sl-saved--not", Boolean(wrong));
  };
  const typed = () => {
    const data = new FormData(form);
    for (const control of ["draft", "version", "csrfmiddlewaretoken"]) data.delete(control);
    return JSON.stringify([...data].filter(([, value]) => typeof value === "string"));
  };
  let kept = typed();
  let running = null;
  let stopped = false;

  const elsewhere = (told) => {
    const note = document.createElement("div");
    note.className = "govuk-inset-text re-elsewhere";
    note.setAttribute("role", "alert");
    const words = document.createElement("p");
    words.className = "govuk-body";
    words.append(`This draft was saved from another page or device, ${told.elsewhere}. Nothing is overwritten: `);
    words.append("what you write here is now a draft of its own. ");
    const link = document.createElement("a");
    link.href = told.other;
    link.target = "_blank";
    link.rel = "noopener";
    link.className = "govuk-link";
    link.textContent = "Read the other one (opens in a new tab)";
    words.append(link);
    note.append(words);
    form.before(note);
  };

  const send = async (now) => {
    try {
      const answer = await fetch(url, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
        credentials: "same-origin",
        redirect: "manual",
      });
      if (answer.ok) {
        const told = await answer.json();
        kept = now;
        form.elements.draft.value = told.draft;
        form.elements.version.value = told.version;
        say(`Saved at ${told.saved}`);
        if (told.elsewhere) elsewhere(told);
        if (beside && told.aids) beside.innerHTML = told.aids;
        const heading = document.getElementById("re-heading");
        if (heading && told.heading) heading.textContent = told.heading;
        if (late) late.hidden = late.classList.contains("re-maybe") && !told.late;
      } else if (answer.status === 409) {
        stopped = true;
        say("This entry was signed from another page. Nothing more is kept here.", true);
      } else if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) {
        stopped = true;
        say("Not saved: you are signed out. Copy your last words, then sign in again; your draft is there.", true);
      } else {
        say("Not saved. Trying again.", true);
      }
    } catch {
      say("Not saved: no connection. Trying again.", true);
    }
  };

  const keep = () => {
    const now = typed();
    if (running || stopped || form.dataset.sent || now === kept) return running;
    running = send(now).finally(() => {
      running = null;
    });
    return running;
  };

  let pause = 0;
  form.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(keep, PAUSE);
  });
  form.addEventListener("change", keep);
  setInterval(keep, EVERY);
  // A saving that is under way ends first: else the draft would seem to have been saved from another page.
  form.addEventListener("submit", (event) => {
    if (!running) return;
    event.preventDefault();
    const by = event.submitter;
    running.then(() => form.requestSubmit(by));
  });
  const part = () => {
    if (stopped || form.dataset.sent || typed() === kept) return;
    const body = new FormData(form);
    fetch(url, {
      method: "POST",
      body,
      keepalive: typed().length < LONGEST_PARTING,
      credentials: "same-origin",
      redirect: "manual",
    }).catch(() => {});
  };
  window.addEventListener("pagehide", part);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") keep();
  });
  if (late) late.hidden = late.classList.contains("re-maybe");
};

const onlyWhatIsAsked = (form) => {
  const show = () => {
    const chosen = new Set([...form.querySelectorAll("input[name=others]:checked")].map((box) => box.value));
    for (const part of form.querySelectorAll("[data-child]")) {
      part.hidden = part.dataset.child !== "" && !chosen.has(part.dataset.child);
    }
    for (const part of form.querySelectorAll("[data-with]")) {
      part.hidden = !form.querySelector(`input[name=${part.dataset.with}]:checked`);
      // What is not asked is not sent: words left in it would be asked about.
      for (const field of part.querySelectorAll("textarea")) field.disabled = part.hidden;
    }
  };
  form.addEventListener("change", show);
  show();
};

for (const form of document.querySelectorAll("form[data-entry-keep]")) {
  keepDraft(form);
  onlyWhatIsAsked(form);
}
for (const area of document.querySelectorAll("[data-marks] textarea")) showMarks(area);
