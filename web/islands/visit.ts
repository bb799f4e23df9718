// The sheet for a visit without a network: what is typed stays on this device until the server has taken it. Every note keeps
// the id it was given first, so that sending it twice makes one task.

type Kept = { id: string; text: string };

const form = document.querySelector<HTMLFormElement>('form[data-island="visit"]');

if (form) {
	start(form);
}

function start(form: HTMLFormElement): void {
	const state = form.querySelector<HTMLElement>("[data-visit-state]");
	const print = document.querySelector<HTMLElement>("[data-visit-print]");
	if (print) {
		print.hidden = false;
		print.addEventListener("click", () => window.print());
	}
	if (!state) {
		return; // the reader may not write here
	}
	const field = (name: string): HTMLInputElement[] => [...form.querySelectorAll<HTMLInputElement>(`input[name="${name}"]`)];
	const notes = [...form.querySelectorAll<HTMLTextAreaElement>('textarea[name="ghi-chu"]')];
	const items = field("muc");
	const ids = field("ma");
	// Notes of another account on the same device, of another commune or set are other notes.
	const place = `ls-visit:${form.dataset.owner}:${location.pathname.replace(/^\/en\//, "/")}:${field("bo")[0]?.value}:`;
	const keyOf = (i: number): string => place + (items[i]?.value ?? "");

	function say(word: string | undefined, count: number): void {
		state!.hidden = false;
		state!.textContent = count > 0 ? `${count} · ${word}` : (word ?? "");
	}

	function filled(): number {
		return notes.filter((n) => n.value.trim() !== "").length;
	}

	function keep(i: number): void {
		const text = notes[i]?.value ?? "";
		try {
			if (text.trim() === "") {
				localStorage.removeItem(keyOf(i));
			} else {
				localStorage.setItem(keyOf(i), JSON.stringify({ id: ids[i]?.value, text } satisfies Partial<Kept>));
			}
			say(filled() > 0 ? form.dataset.kept : form.dataset.nothing, filled());
		} catch {
			state!.hidden = true; // storage switched off: the page promises nothing
		}
	}

	function restore(): void {
		notes.forEach((note, i) => {
			try {
				const kept = JSON.parse(localStorage.getItem(keyOf(i)) ?? "null") as Kept | null;
				const id = ids[i];
				if (kept && id && note.value === "") {
					note.value = kept.text;
					id.value = kept.id;
				}
			} catch {
				// What cannot be read is not shown; it stays where it is.
			}
		});
		if (filled() > 0) {
			say(form.dataset.kept, filled());
		}
	}

	// taken forgets the notes that the server has, and gives their boxes new ids.
	function taken(sent: string[]): void {
		notes.forEach((note, i) => {
			if (note.value === sent[i]) {
				note.value = "";
				localStorage.removeItem(keyOf(i));
				const id = ids[i];
				if (id) {
					id.value = "d-" + crypto.getRandomValues(new Uint32Array(4)).join("-");
				}
			}
		});
	}

	let busy = false;
	async function send(): Promise<void> {
		if (busy || filled() === 0) {
			return;
		}
		busy = true;
		const count = filled();
		const sent = notes.map((n) => n.value);
		say(form.dataset.sending, count);
		try {
			const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form) as unknown as Record<string, string>), headers: { Accept: "application/json" } });
			if (answer.ok) {
				taken(sent);
				say(form.dataset.sent, count);
			} else if (answer.status === 401) {
				say(form.dataset.away, count);
			} else {
				const problem = (await answer.json().catch(() => ({}))) as { detail?: string };
				say(problem.detail ?? form.dataset.failed, count);
			}
		} catch {
			say(form.dataset.kept, count); // no network: the notes wait
		} finally {
			busy = false;
		}
	}

	restore();
	notes.forEach((note, i) => note.addEventListener("input", () => keep(i)));
	form.addEventListener("submit", (e) => {
		e.preventDefault();
		notes.forEach((_, i) => keep(i));
		void send();
	});
	addEventListener("online", () => void send());
}
