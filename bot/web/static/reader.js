// Marks the range of the article that the address names: #s=START-END, counted in code points
// from the beginning of the article, END not included. A script's own strings are counted in
// UTF-16 units, where a character outside the basic plane takes two: hence the conversion.
"use strict";

function unitsBefore(text, codePoints) {
  let units = 0;
  for (let seen = 0; seen < codePoints && units < text.length; seen += 1) {
    units += text.codePointAt(units) > 0xffff ? 2 : 1;
  }
  return units;
}

function unmark() {
  for (const mark of document.querySelectorAll("mark")) {
    mark.replaceWith(...mark.childNodes);
  }
}

function markWithin(paragraph, start, end) {
  const offset = Number(paragraph.dataset.start);
  const from = Math.max(start, offset);
  const to = Math.min(end, Number(paragraph.dataset.end));
  if (from >= to) return null;
  paragraph.normalize(); // one text node, also after a parser that splits long ones
  const node = paragraph.firstChild;
  const range = document.createRange();
  range.setStart(node, unitsBefore(node.data, from - offset));
  range.setEnd(node, unitsBefore(node.data, to - offset));
  const mark = document.createElement("mark");
  range.surroundContents(mark);
  return mark;
}

// Beside the text of a PDF stands a picture of its page, with the same words marked on it.
function showSheet(start, end) {
  const sheet = document.querySelector("[data-sheet]");
  if (!sheet) return;
  const picture = sheet.querySelector("img");
  picture.onload = () => {
    sheet.hidden = false;
    document.body.classList.add("with-sheet");
  };
  picture.onerror = () => {
    sheet.hidden = true;
    document.body.classList.remove("with-sheet");
  };
  picture.src = `${sheet.dataset.sheet}?start=${start}&end=${end}`;
}

function show() {
  unmark();
  const match = /^#s=(\d+)-(\d+)$/.exec(location.hash);
  if (!match) return;
  const marks = Array.from(document.querySelectorAll("p[data-start]"), (paragraph) =>
    markWithin(paragraph, Number(match[1]), Number(match[2])),
  ).filter(Boolean);
  if (marks.length === 0) return;
  showSheet(match[1], match[2]);
  marks[0].tabIndex = -1; // so that a keyboard or a screen reader goes on from here
  marks[0].focus({ preventScroll: true });
  marks[0].scrollIntoView({ block: "center" });
}

addEventListener("hashchange", show);
show();
