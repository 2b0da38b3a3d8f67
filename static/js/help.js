// Search in the help while typing. Without this file the form asks the server, which hides the same topics.
"use strict";

(() => {
  const form = document.querySelector("[data-help-search]");
  const status = document.querySelector("[data-help-status]");
  const topics = [...document.querySelectorAll("[data-topic]")];
  const marks = /[\u0300-\u036f]/g;
  const fold = (text) => text.toLowerCase().normalize("NFD").replace(marks, "").replaceAll("đ", "d");
  const texts = new Map(topics.map((topic) => [topic, fold(topic.textContent)]));

  function filter() {
    const asked = fold(form.elements.q.value).split(/\s+/).filter(Boolean);
    let found = 0;
    for (const topic of topics) {
      topic.hidden = !asked.every((word) => texts.get(topic).includes(word));
      found += topic.hidden ? 0 : 1;
    }
    for (const section of document.querySelectorAll("[data-help-section]")) {
      section.hidden = !section.querySelector("[data-topic]:not([hidden])");
    }
    for (const part of document.querySelectorAll("[data-help-rest]")) part.hidden = asked.length > 0;
    const { none, some } = status.dataset;
    status.textContent = asked.length ? (found ? some.replace("{count}", found) : none) : "";
  }

  form.elements.q.addEventListener("input", filter);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    filter();
  });
  if (form.elements.q.value) filter();
})();
