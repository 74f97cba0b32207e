document.querySelectorAll("table.sortable").forEach((table) => {
  const body = table.tBodies[0];
  table.querySelectorAll("th").forEach((head, column) => {
    head.querySelector("button").addEventListener("click", () => {
      const rising = head.getAttribute("aria-sort") === "descending";
      table.querySelectorAll("th").forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", rising ? "ascending" : "descending");
      const key = (row) => row.cells[column].dataset.value;
      const numeric = head.classList.contains("num");
      const compare = numeric ? (a, b) => a - b : (a, b) => a.localeCompare(b);
      const known = (row) => key(row) !== "";
      const order = [...body.rows].sort((a, b) =>
        known(a) && known(b) ? compare(key(a), key(b)) * (rising ? 1 : -1) : known(b) - known(a));
      body.append(...order);
    });
  });
});
