// What a page gains from a script. Every page works without it.
//
// form[data-autosave-url]   keeps a draft on the server every few seconds and on leaving the page
// [data-refresh-url]        keeps a part of a page up to date without losing place; asks with X-Fragment: 1,
//                           which is no activity of a person and must not keep a session alive
// form[method=post]         is sent once, however often its button is pressed
// [data-print]              a button that prints
// [data-print-told]         where it is told that the page was printed, by its button or by the browser's own command
// .govuk-js-exit-this-page-button   leaves at once; nothing more is kept then

const DRAFT_EVERY = 4000;
// Browsers refuse a longer body on a request that outlives its page.
const LONGEST_PARTING = 60000;

let leaving = false;

const twoDigits = (number) => String(number).padStart(2, "0");
const timeNow = () => {
  const now = new Date();
  return `${twoDigits(now.getHours())}:${twoDigits(now.getMinutes())}`;
};
const say = (element, text) => {
  if (element && element.textContent !== text) element.textContent = text;
};

const keepDraft = (form) => {
  const url = form.dataset.autosaveUrl;
  const status = form.querySelector("[data-autosave-status]") || document.querySelector("[data-autosave-status]");
  const typed = () => {
    const data = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string") data.append(name, value);
    return data.toString();
  };
  let kept = typed();
  let busy = false;
  let stopped = false;

  const keep = async () => {
    if (busy || stopped || leaving || form.dataset.sent) return;
    const body = typed();
    if (body === kept) return;
    busy = true;
    try {
      const answer = await fetch(url, {
        method: "POST",
        body,
        headers: { "Content-Type": "application/x-www-form-urlencoded", Accept: "application/json" },
        credentials: "same-origin",
        redirect: "manual",
      });
      if (answer.ok) {
        kept = body;
        const told = await answer.json().catch(() => ({}));
        say(status, `Saved at ${told.saved || timeNow()}${told.note ? `. ${told.note}` : ""}`);
        if (status) status.classList.remove("sl-saved--not");
        const aids = form.querySelector("[data-aids]");
        if (aids && told.aids) aids.innerHTML = told.aids;
        // The first keeping of a new draft may name the address of the next.
        if (told.url) form.dataset.autosaveUrl = told.url;
      } else if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) {
        stopped = true;
        say(status, "Not saved: you are signed out. Copy your last words, then sign in again; your draft is there.");
        if (status) status.classList.add("sl-saved--not");
      } else {
        say(status, `Not saved at ${timeNow()}. Trying again.`);
        if (status) status.classList.add("sl-saved--not");
      }
    } catch {
      say(status, "Not saved: no connection. Trying again.");
      if (status) status.classList.add("sl-saved--not");
    } finally {
      busy = false;
    }
  };

  setInterval(keep, DRAFT_EVERY);
  form.addEventListener("change", keep);
  const part = () => {
    if (stopped || leaving || form.dataset.sent) return;
    const body = typed();
    if (body === kept) return;
    const parting = body.length <= LONGEST_PARTING;
    fetch(form.dataset.autosaveUrl, {
      method: "POST",
      body,
      keepalive: parting,
      headers: { "Content-Type": "application/x-www-form-urlencoded", Accept: "application/json" },
      credentials: "same-origin",
      redirect: "manual",
    })
      .then((answer) => {
        if (answer.ok) kept = body;
      })
      .catch(() => {});
  };
  window.addEventListener("pagehide", part);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") part();
  });
};

// Where the reader is in a part of a page, said so that it can be found again in the part's next text: what has the
// focus, what is open, and the link that they read by, with where on the screen it stands.
const place = (region) => {
  const focused = region.contains(document.activeElement) ? document.activeElement : null;
  const onScreen = (one) => one.getBoundingClientRect().top >= 0 && one.getBoundingClientRect().top < window.innerHeight;
  const links = [...region.querySelectorAll("a[href]")];
  const reading = focused && focused.matches("a[href]") && onScreen(focused) ? focused : links.find(onScreen);
  const nth = focused ? [...region.querySelectorAll(focused.tagName)].indexOf(focused) : -1;
  return {
    id: focused && focused.id,
    href: focused && focused.getAttribute("href"),
    tag: focused && focused.tagName,
    nth,
    open: new Set(
      [...region.querySelectorAll("details[open]")].map((one) => one.id || one.querySelector("summary").textContent.trim()),
    ),
    reading: reading && reading.getAttribute("href"),
    at: reading && reading.getBoundingClientRect().top,
    top: window.scrollY,
  };
};

const linkTo = (region, href) => [...region.querySelectorAll("a[href]")].find((link) => link.getAttribute("href") === href);

const restore = (region, was) => {
  for (const one of region.querySelectorAll("details")) {
    if (was.open.has(one.id || one.querySelector("summary").textContent.trim())) one.open = true;
  }
  if (was.tag) {
    const same =
      (was.id && document.getElementById(was.id)) ||
      (was.href && linkTo(region, was.href)) ||
      region.querySelectorAll(was.tag)[was.nth];
    if (same) same.focus({ preventScroll: true });
  }
  // What is new above pushes the rest down: the page moves with it, and the line under the reader's eye stays there.
  const reading = was.top > 0 && was.reading && linkTo(region, was.reading);
  const top = reading ? window.scrollY + reading.getBoundingClientRect().top - was.at : was.top;
  window.scrollTo({ top, behavior: "instant" });
};

// A part's text for comparing: tokens against forgery differ each time and mean no change.
const meaning = (text) => {
  const parsed = document.createElement("template");
  parsed.innerHTML = text;
  for (const token of parsed.content.querySelectorAll("input[name=csrfmiddlewaretoken]")) token.setAttribute("value", "");
  return parsed.innerHTML.trim();
};

const keepFresh = (region) => {
  const status = document.querySelector(`[data-refresh-status="${region.id}"]`);
  const every = Math.max(5, Number(region.dataset.refreshSeconds) || 20) * 1000;
  let known = meaning(region.innerHTML);
  let timer = 0;

  const writing = () =>
    region.contains(document.activeElement) && document.activeElement.matches("input, select, textarea, [contenteditable]");
  const marking = () => {
    const selection = document.getSelection();
    return selection && !selection.isCollapsed && region.contains(selection.anchorNode);
  };

  const refresh = async () => {
    if (document.visibilityState === "hidden" || writing() || marking()) return;
    try {
      const answer = await fetch(region.dataset.refreshUrl, {
        headers: { "X-Fragment": "1", Accept: "text/html" },
        credentials: "same-origin",
        redirect: "manual",
      });
      if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) {
        clearInterval(timer);
        say(status, "This page has stopped keeping up to date. Sign in again.");
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      const text = await answer.text();
      const told = meaning(text);
      if (told !== known && !writing() && !marking()) {
        const was = place(region);
        region.innerHTML = text;
        known = told;
        say(status, `Changed at ${timeNow()}`);
        restore(region, was);
      }
      if (status) status.classList.remove("sl-fresh--not");
    } catch {
      say(status, `Not up to date since ${timeNow()}: no connection. Trying again.`);
      if (status) status.classList.add("sl-fresh--not");
    }
  };

  timer = setInterval(refresh, every);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") refresh();
  });
};

const sendOnce = () => {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
  });
  // Back from the next page: the form may be sent again.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
};

const showOnce = () => {
  // What is shown once is asked for again on coming back to it, and not taken from what the browser kept in memory.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted && document.querySelector('meta[name="sl-once"]')) location.reload();
  });
};

const watchForLeaving = () => {
  // The component marks the body the moment it is used, by button or by three presses of shift.
  new MutationObserver(() => {
    if (document.body.classList.contains("govuk-exit-this-page-hide-content")) leaving = true;
  }).observe(document.body, { attributes: true, attributeFilter: ["class"] });
};

sendOnce();
showOnce();
watchForLeaving();
for (const form of document.querySelectorAll("form[data-autosave-url]")) keepDraft(form);
for (const region of document.querySelectorAll("[data-refresh-url]")) keepFresh(region);
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
// A page that is printed on the way back from being asked what for: once, so that "back" does not print it again.
if (window.location.hash === "#print") {
  window.history.replaceState(null, "", window.location.pathname + window.location.search);
  window.addEventListener("load", () => window.print());
}
for (const told of document.querySelectorAll("[data-print-told]")) {
  window.addEventListener("beforeprint", () => {
    const token = document.querySelector("input[name=csrfmiddlewaretoken]");
    fetch(told.dataset.printTold, {
      method: "POST",
      body: new URLSearchParams({ csrfmiddlewaretoken: token ? token.value : "", page: window.location.pathname }),
      keepalive: true,
      credentials: "same-origin",
      redirect: "manual",
    }).catch(() => {});
  });
}

const { Radios, createAll, ...design } = await import(document.getElementById("sl-app").dataset.designSystem);

// The design system marks a radio button that reveals a question as expanded or not, which ARIA does not
// allow for radio buttons; the question it controls is still named.
class PlainRadios extends Radios {
  syncConditionalRevealWithInputState(input) {
    super.syncConditionalRevealWithInputState(input);
    input.removeAttribute("aria-expanded");
  }
}

for (const component of [
  design.Button,
  design.CharacterCount,
  design.Checkboxes,
  design.ErrorSummary,
  design.ExitThisPage,
  design.NotificationBanner,
  design.PasswordInput,
  PlainRadios,
  design.SkipLink,
]) {
  createAll(component);
}
