// The search box suggests drugs at every letter, as the API finds them; and a reference is copied.
"use strict";
const box = document.getElementById("q");
const list = document.createElement("ul");
list.id = "options";
list.className = "options";
list.setAttribute("role", "listbox");
list.setAttribute("aria-label", "Drugs");
list.hidden = true;
box.after(list);
for (const [name, value] of Object.entries({
  role: "combobox", "aria-autocomplete": "list", "aria-controls": "options", "aria-expanded": "false",
})) box.setAttribute(name, value);

let asked = 0;
let chosen = -1;

function choose(place) {
  const options = [...list.children];
  chosen = options.length ? (place + options.length) % options.length : -1;
  options.forEach((option, i) => option.setAttribute("aria-selected", String(i === chosen)));
  if (chosen >= 0) box.setAttribute("aria-activedescendant", options[chosen].id);
  else box.removeAttribute("aria-activedescendant");
}

function show(drugs) {
  list.replaceChildren(...drugs.map((drug, i) => {
    const option = document.createElement("li");
    option.id = `option${i}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.dataset.drug = drug.id;
    const name = drug.matched.name;
    const other = name.toLowerCase() === drug.name.toLowerCase() ? "" : ` (${drug.name})`;
    option.textContent = name + other + (drug.matched.how === "close" ? ", spelt alike" : "");
    return option;
  }));
  list.hidden = drugs.length === 0;
  box.setAttribute("aria-expanded", String(!list.hidden));
  chosen = -1;
  box.removeAttribute("aria-activedescendant");
}

function open(option) { location.assign(`/browse/drugs/${encodeURIComponent(option.dataset.drug)}`); }

box.addEventListener("input", async () => {
  const mine = ++asked;
  const text = box.value.trim();
  if (!text) { show([]); return; }
  const query = new URLSearchParams({ q: text, limit: "8", fields: "id,name,matched" });
  try {
    const answer = await fetch(`/v1/drugs?${query}`);
    if (answer.ok && mine === asked) show((await answer.json()).items);
  } catch { if (mine === asked) show([]); }
});
box.addEventListener("keydown", (event) => {
  if (list.hidden) return;
  if (event.key === "ArrowDown") choose(chosen + 1);
  else if (event.key === "ArrowUp") choose(chosen < 0 ? -1 : chosen - 1);
  else if (event.key === "Escape") show([]);
  else if (event.key === "Enter" && chosen >= 0) open(list.children[chosen]);
  else return;
  event.preventDefault();
});
box.addEventListener("blur", () => setTimeout(() => show([]), 150));
list.addEventListener("mousedown", (event) => {
  const option = event.target.closest("li");
  if (option) open(option);
});

document.querySelectorAll(".cite").forEach((cite) => {
  const button = document.createElement("button");
  button.className = "copy";
  button.type = "button";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(cite.querySelector(".reference").textContent);
    button.textContent = "Copied";
  });
  cite.append(button);
});
