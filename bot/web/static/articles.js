// The articles panel: find, read, add and remove. Titles and sources are set as text, never HTML.

import { $, limit, post, request, say, sentence, toast } from "./page.js";

const panel = $("articles");
const list = $("list");
const add = $("add");
const mayChange = !$("adding").hidden;
const SHOWN = 200; // rows at most, so that the panel stays quick with many thousand articles
let known = [];

function tell(error) {
  $("add-error").textContent = error?.message ?? "";
  $("add-error").hidden = !error;
}

// The list

async function load() {
  const { articles } = await (await request("/v1/articles")).json();
  known = articles;
  document.querySelector("#open-articles .count").textContent = articles.length;
  show();
}

function show() {
  const wanted = $("filter").value.trim().toLowerCase();
  const found = known.filter((each) => `${each.title} ${each.source}`.toLowerCase().includes(wanted));
  list.replaceChildren(...found.slice(0, SHOWN).map(row));
  let note = "";
  if (!known.length) note = "No articles yet.";
  else if (!found.length) note = "No article has this in its title or source.";
  else if (found.length > SHOWN) note = `And ${found.length - SHOWN} more: search for a title or source.`;
  $("none").hidden = note === "";
  $("none").textContent = note;
}

function row(article) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.className = "title";
  link.dir = "auto";
  link.href = `/articles/${encodeURIComponent(article.id)}`;
  link.textContent = article.title;
  link.dataset.reader = "";
  const about = document.createElement("p");
  about.className = "about";
  const source = article.source.split("/");
  const site = /^https?:/.test(article.source) ? source[2] : source.at(-1);
  const size = `${article.sentences} ${article.sentences === 1 ? "sentence" : "sentences"}`;
  about.textContent = [article.published, site, size].filter(Boolean).join(" · ");
  const does = document.createElement("div");
  does.className = "does";
  does.append(button("Ask", `Ask only “${article.title}”`, () => choose(article)));
  if (mayChange) does.append(button("Remove", `Remove “${article.title}”`, () => remove(article)));
  item.append(link, about, does);
  return item;
}

function button(text, label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = text === "Remove" ? "tool remove" : "tool";
  made.textContent = text;
  made.setAttribute("aria-label", label);
  made.addEventListener("click", act);
  return made;
}

function choose(article) {
  panel.close();
  limit(article.id, article.title);
}

async function remove(article) {
  if (!confirm(`Remove “${article.title}” and everything that is quoted from it?`)) return;
  tell(null);
  try {
    const address = `/v1/articles/${encodeURIComponent(article.id)}`;
    const response = await request(address, { method: "DELETE" });
    if (response.status === 202) await follow(await response.json());
    toast("Removed");
    await load();
    $("filter").focus();
  } catch (error) {
    tell(error);
  }
}

// Adding

function chosen() {
  return new FormData(add).get("kind");
}

for (const radio of add.querySelectorAll('[name="kind"]')) {
  radio.addEventListener("change", () => {
    for (const part of add.querySelectorAll("[data-kind]")) part.hidden = part.dataset.kind !== chosen();
    tell(null);
  });
}

function send(address) {
  const given = new FormData(add);
  if (chosen() === "file") {
    const body = new FormData();
    body.append("file", given.get("file"));
    return request(address, { method: "POST", body });
  }
  if (chosen() === "url") return post(address, { url: given.get("url").trim() });
  return post(address, { title: given.get("title").trim() || null, text: given.get("text") });
}

// What would be read, before it is added

const preview = $("preview");

function line(text, name, kind = "p") {
  const made = document.createElement(kind);
  made.className = name;
  made.dir = "auto";
  made.textContent = text;
  return made;
}

function part({ kind, level, text }) {
  const item = document.createElement("li");
  item.dataset.kind = kind;
  item.append(line(level ? `${kind} ${level}` : kind, "kind", "span"), line(text, "text", "span"));
  return item;
}

function drawn(article) {
  const parts = document.createElement("ol");
  parts.append(...article.paragraphs.map(part));
  const about = [article.author, article.published, article.source, article.language].filter(Boolean).join(" · ");
  const count = `${article.sentences} ${article.sentences === 1 ? "sentence" : "sentences"}`;
  const shown = [line(article.title, "title", "h3"), line([about, count].join(" · "), "quiet")];
  shown.push(...article.warnings.map((warning) => line(warning, "warning")), parts);
  if (article.more) shown.push(line(`And ${article.more} more paragraphs.`, "quiet"));
  return shown;
}

$("look").addEventListener("click", async () => {
  const button = $("look");
  if (!add.reportValidity()) return;
  button.disabled = true;
  tell(null);
  try {
    const { articles, more, failed } = await (await send("/v1/preview")).json();
    preview.replaceChildren(...articles.flatMap(drawn));
    if (more) preview.append(line(`And ${more} more articles.`, "quiet"));
    preview.hidden = false;
    preview.focus();
    if (failed.length) tell(new Error(failed.map((each) => sentence(each.detail, each.remedy)).join(" ")));
  } catch (error) {
    tell(error);
  } finally {
    button.disabled = false;
  }
});

const STAGES = { export: "Loading the model", index: "Reading", publish: "Publishing" };

function progress(job) {
  const bar = $("progress");
  bar.hidden = false;
  if (job.total) bar.value = job.done / job.total;
  else bar.removeAttribute("value");
  $("stage").textContent = STAGES[job.stage] ?? "Waiting";
}

function follow(job) {
  return new Promise((resolve, reject) => {
    const events = new EventSource(`/v1/jobs/${job.id}/events`);
    events.onmessage = (event) => {
      const now = JSON.parse(event.data);
      progress(now);
      if (now.state !== "done" && now.state !== "failed") return;
      events.close();
      if (now.state === "done") resolve(now);
      else reject(new Error(sentence(now.problem.detail, now.problem.remedy)));
    };
    events.onerror = () => {
      if (events.readyState === EventSource.CLOSED) reject(new Error("The connection was lost."));
    };
  });
}

add.addEventListener("submit", async (event) => {
  event.preventDefault();
  const submit = add.querySelector("[type=submit]");
  submit.disabled = true;
  tell(null);
  progress({});
  try {
    const response = await send("/v1/articles");
    let job = await response.json();
    if (response.status === 202) job = await follow(job);
    const { added, changed, unchanged, failed, warnings } = job.result;
    const counts = [[added, "added"], [changed, "changed"], [unchanged, "already there"]];
    const said = counts.filter(([count]) => count).map((each) => each.join(" "));
    toast([...said, ...warnings].join(", "));
    if (failed.length) tell(new Error(failed.map((each) => sentence(each.detail, each.remedy)).join(" ")));
    const kind = chosen();
    add.reset();
    preview.hidden = true;
    add.querySelector(`[value="${kind}"]`).checked = true;
    await load();
  } catch (error) {
    tell(error);
  } finally {
    submit.disabled = false;
    $("progress").hidden = true;
    $("stage").textContent = "";
  }
});

// The dialog

$("open-articles").addEventListener("click", async () => {
  panel.showModal();
  $("filter").focus();
  try {
    await load();
    say(`${known.length} articles`);
  } catch (error) {
    tell(error);
  }
});
$("filter").addEventListener("input", show);
list.addEventListener("click", (event) => {
  if (event.target.closest("[data-reader]")) panel.close(); // the reader opens in its place
});
