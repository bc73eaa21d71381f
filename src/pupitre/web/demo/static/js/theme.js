// Sets the visitor's own choice of light or dark before the first paint; without one, the system's holds.
const chosen = localStorage.getItem("pupitre.theme");
if (chosen) document.documentElement.dataset.theme = chosen;
