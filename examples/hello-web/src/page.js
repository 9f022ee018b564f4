/** The front page: the greetings, and a form to leave one. */
export function page(greetings) {
  const items = greetings.map(({ name, text }) => `<li><b>${escapeHtml(name)}</b>: ${escapeHtml(text)}</li>`);
  return `<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <title>Hello</title>
  <h1>Hello</h1>
  <ul>${items.join("\n")}</ul>
  <form>
    <input name="name" placeholder="Your name" required maxlength="50">
    <input name="text" placeholder="Your greeting" required maxlength="500">
    <button>Greet</button>
  </form>
  <script>
    document.querySelector("form").addEventListener("submit", async (event) => {
      event.preventDefault();
      const greeting = Object.fromEntries(new FormData(event.target));
      const response = await fetch("api/greetings", { method: "POST", body: JSON.stringify(greeting) });
      if (response.ok) location.reload();
      else alert((await response.json()).error);
    });
  </script>
</html>
`;
}

const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Makes text safe to stand between tags or in a quoted attribute. */
function escapeHtml(text) {
  return text.replace(/[&<>"']/g, (character) => entities[character]);
}
