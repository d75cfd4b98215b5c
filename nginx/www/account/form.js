// Sends a page's form as the API takes it, and says what came of it. A link's token stands behind the #, which no server
// gets to see; it is sent only once somebody presses the button, for mail programs visit links by themselves. A form
// without data-path goes to the page's own address.
const form = document.querySelector("form");
const said = document.querySelector("#said");
const token = location.hash.slice(1);

function say(text) {
  said.textContent = text;
}

function finish(data) {
  const done = document.querySelector("#done").content.cloneNode(true);
  for (const part of done.querySelectorAll("[data-from]")) part.textContent = data[part.dataset.from];
  form.remove();
  said.replaceChildren(done);
}

async function send() {
  const fields = Object.fromEntries(new FormData(form));
  const body = "token" in form.dataset ? { ...fields, token } : fields;
  const reply = await fetch(form.dataset.path ?? location.pathname, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = await reply.json();
  if (reply.ok) return finish(answer.data);
  say(answer.errors?.length ? answer.errors.map((error) => error.message).join(". ") : answer.message);
}

// A newer link, opened where this one is.
addEventListener("hashchange", () => location.reload());

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  say("One moment …");
  try {
    await send();
  } catch {
    say("The service did not answer. Try again in a minute.");
  }
  button.disabled = false;
});

if ("token" in form.dataset && !token) {
  say("This page is reached by the link in a mail of ours. Open it there once more.");
} else {
  form.hidden = false;
}
