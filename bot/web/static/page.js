// The page: questions are answered on the spot, citations open beside them. Without this script
// the form still asks. All HTML comes from the server, escaped; all else is set as text.

const $ = (id) => document.getElementById(id);
const form = $("ask");
const field = $("question");
const turns = $("turns");
const hello = $("hello");
const title = document.title;
let conversation = name();
let only = null; // the id of the article that questions are limited to
let asking = null;

function name() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16)).join("");
}

// What is told

function say(text) {
  $("status").textContent = text;
}

let toastTimer = 0;
function toast(text) {
  say(text);
  const box = $("toast");
  box.textContent = text;
  box.classList.add("shown");
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => box.classList.remove("shown"), 2500);
}

async function request(address, options = {}) {
  let response;
  try {
    response = await fetch(address, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The server cannot be reached. Check the connection, then try again.");
  }
  if (response.ok) return response;
  if (response.status === 401) location.reload(); // signed out: the page asks for the key
  const problem = await response.json().catch(() => ({}));
  throw new Error(sentence(problem.detail ?? response.statusText, problem.remedy));
}

function sentence(what, remedy) {
  const begin = (part) => (/^[a-z]+\s/.test(part) ? part[0].toUpperCase() + part.slice(1) : part);
  const said = [what, remedy].filter(Boolean).map(begin); // a file's name stays as it is
  return said.map((part) => (/[.!?…]$/.test(part) ? part : `${part}.`)).join(" ");
}

function post(address, body, options = {}) {
  const headers = { "Content-Type": "application/json" };
  return request(address, { method: "POST", headers, body: JSON.stringify(body), ...options });
}

// Asking

function pending(question) {
  const turn = document.createElement("article");
  turn.className = "turn pending";
  const asked = document.createElement("h2");
  asked.className = "asked";
  asked.dir = "auto";
  asked.textContent = question;
  const bars = document.createElement("div");
  bars.className = "bars";
  bars.append(...["", "", ""].map(() => document.createElement("span")));
  turn.append(asked, bars);
  return turn;
}

function failed(turn, error) {
  turn.className = "turn failed";
  const message = document.createElement("p");
  message.className = "error";
  message.setAttribute("role", "alert");
  message.textContent = error.message;
  turn.querySelector(".bars").replaceWith(message);
}

async function ask(question, options = {}) {
  asking?.abort();
  const controller = (asking = new AbortController());
  hello.hidden = true;
  $("restart").disabled = false;
  const turn = pending(question);
  turns.append(turn);
  turn.scrollIntoView({ block: "start" });
  field.value = "";
  say("Looking for an answer");
  try {
    const body = { question, conversation, article: only ?? undefined, ...options };
    const response = await post("/ask", body, { signal: controller.signal });
    const html = await response.text();
    const answer = new DOMParser().parseFromString(html, "text/html").querySelector(".turn");
    turn.replaceWith(document.adoptNode(answer));
    answer.scrollIntoView({ block: "start" });
    const count = answer.querySelectorAll(".passage").length;
    const verdict = answer.querySelector(".verdict p").textContent;
    say(`${verdict} ${count} ${count === 1 ? "passage" : "passages"}.`);
  } catch (error) {
    if (error.name === "AbortError") turn.remove();
    else {
      failed(turn, error);
      field.value ||= question; // nothing that was typed is lost
    }
  } finally {
    if (asking === controller) asking = null;
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const question = field.value.trim();
  if (question) ask(question);
});

$("restart").addEventListener("click", () => {
  asking?.abort();
  request(`/v1/conversations/${conversation}`, { method: "DELETE" }).catch(() => {});
  conversation = name();
  turns.replaceChildren();
  hello.hidden = false;
  document.title = title;
  $("restart").disabled = true;
  if (location.pathname !== "/" || location.search) history.replaceState(null, "", "/");
  field.focus();
  say("New conversation");
});

// What an answer offers

async function copy(text, done) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea"); // where the clipboard is not given to scripts
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  toast(done);
}

async function judge(button, turn) {
  const verdict = button.dataset.verdict;
  try {
    await post("/v1/feedback", { answer_id: turn.dataset.answer, verdict });
    for (const each of turn.querySelectorAll("[data-verdict]")) {
      each.setAttribute("aria-pressed", String(each === button));
    }
    toast("Thank you");
  } catch (error) {
    toast(error.message);
  }
}

document.addEventListener("click", (event) => {
  if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target.closest("a, button");
  if (!link) return;
  const turn = link.closest(".turn");
  const { dataset } = link;
  if ("question" in dataset) {
    event.preventDefault();
    ask(link.textContent);
    field.focus();
  } else if ("undated" in dataset) {
    ask(turn.querySelector(".asked").textContent, { dates: false });
  } else if ("reader" in dataset) {
    event.preventDefault();
    openReader(link);
  } else if ("link" in dataset) {
    event.preventDefault();
    copy(link.href, "Link copied");
  } else if ("copy" in dataset) {
    copy(turn.querySelector(".plain").textContent, "Copied");
  } else if ("verdict" in dataset) {
    judge(link, turn);
  } else if ("close" in dataset) {
    link.closest("dialog").close();
  }
});

// The reader

const reader = $("reader");
const wide = matchMedia("(min-width: 68rem)");
let opener = null;

function openReader(link) {
  opener = link;
  for (const each of document.querySelectorAll("[data-reader][aria-current]")) {
    each.removeAttribute("aria-current");
  }
  link.setAttribute("aria-current", "true");
  $("reader-title").textContent = link.querySelector("cite, .title")?.textContent ?? "Article";
  $("reader-page").href = link.href;
  const frame = $("reader-frame");
  const before = frame.contentWindow?.location;
  if (before && before.pathname === new URL(link.href).pathname) before.replace(link.href);
  else {
    const fresh = frame.cloneNode(); // a new frame adds nothing to the history
    fresh.addEventListener("load", () => fresh.contentWindow.addEventListener("keydown", closeByKey));
    fresh.src = link.href;
    frame.replaceWith(fresh);
  }
  if (!reader.open) {
    if (wide.matches) reader.show();
    else reader.showModal();
  }
  document.body.classList.toggle("beside", wide.matches);
  reader.querySelector("[data-close]").focus();
}

reader.addEventListener("close", () => {
  document.body.classList.remove("beside");
  opener?.removeAttribute("aria-current");
  opener?.focus({ preventScroll: true });
});
wide.addEventListener("change", () => {
  if (reader.open) reader.close(); // it would be the other kind of dialog now
});

function closeByKey(event) {
  if (event.key === "Escape" && reader.open && !$("articles").open) reader.close();
}

document.addEventListener("keydown", closeByKey);
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, dialog");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    field.focus();
  }
});

// Colours

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function showTheme() {
  $("theme").setAttribute("aria-pressed", String(isDark()));
}

$("theme").addEventListener("click", () => {
  const theme = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem("theme", theme);
  } catch {
    // Storage is switched off: it holds for this page.
  }
  showTheme();
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", showTheme);
showTheme();

if (turns.children.length) $("restart").disabled = false;

function limit(id, name) {
  only = id;
  $("limit").hidden = id === null;
  $("limit").firstElementChild.textContent = id === null ? "" : `Only in “${name}”.`;
  field.focus();
}

$("unlimit").addEventListener("click", () => limit(null));

export { $, limit, post, request, say, sentence, toast };
