// The colours of the page: as the device says, or as chosen in the foot. The choice stays on this device.
// The script runs in the head, so that a page never flashes in the other colours.

type Choice = "auto" | "light" | "dark";

const key = "ls-theme";

function stored(): Choice {
	try {
		const v = localStorage.getItem(key);
		return v === "light" || v === "dark" ? v : "auto";
	} catch {
		return "auto"; // storage switched off
	}
}

function apply(choice: Choice): void {
	const root = document.documentElement;
	if (choice === "auto") {
		delete root.dataset.theme;
	} else {
		root.dataset.theme = choice;
	}
	for (const b of document.querySelectorAll<HTMLButtonElement>("[data-theme-set]")) {
		b.setAttribute("aria-pressed", String(b.dataset.themeSet === choice));
	}
}

apply(stored());

document.addEventListener("DOMContentLoaded", () => {
	const island = document.querySelector<HTMLElement>('[data-island="theme"]');
	if (!island) {
		return;
	}
	island.hidden = false;
	apply(stored());
	island.addEventListener("click", (e) => {
		const choice = (e.target as HTMLElement).dataset.themeSet as Choice | undefined;
		if (!choice) {
			return;
		}
		try {
			localStorage.setItem(key, choice);
		} catch {
			// The choice then lasts for this page only.
		}
		apply(choice);
	});
});
