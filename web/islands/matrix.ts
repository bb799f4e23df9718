// A heat matrix as a grid: one tab stop, arrows between the cells, Home and End within the row, with Ctrl to the corners,
// n and p to the next and the previous result that is not met. Enter follows the link of the cell, as everywhere.
// Without this script the matrix is a table of links.

type Place = { row: number; column: number };

function enhance(table: HTMLTableElement): void {
	const rows = Array.from(table.rows);
	const region = table.closest<HTMLElement>('[role="region"]');
	let at: Place = { row: 1, column: 0 };
	let lit = -1;

	const cell = (p: Place): HTMLTableCellElement | undefined => rows[p.row]?.cells[p.column];
	// What takes the focus in a cell: its link, else the cell itself.
	const target = (c: HTMLTableCellElement): HTMLElement => c.querySelector<HTMLElement>("a") ?? c;

	function light(column: number): void {
		if (column === lit) {
			return;
		}
		for (const row of rows) {
			row.cells[lit]?.classList.remove("ls-heat__lit");
			row.cells[column]?.classList.add("ls-heat__lit");
		}
		lit = column;
	}

	function remember(p: Place): void {
		const before = cell(at);
		if (before) {
			target(before).tabIndex = -1;
		}
		at = p;
		const now = cell(at);
		if (now) {
			target(now).tabIndex = 0;
		}
	}

	function go(p: Place): void {
		const c = cell(p);
		if (c) {
			remember(p);
			target(c).focus();
		}
	}

	// The next or previous cell whose result is not met, row by row.
	function unmet(step: 1 | -1): Place | undefined {
		for (let row = at.row, column = at.column + step; row >= 0 && row < rows.length; ) {
			const c = cell({ row, column });
			if (!c) {
				row += step;
				column = step > 0 ? 0 : (rows[row]?.cells.length ?? 0) - 1;
				continue;
			}
			if (c.querySelector(".ls-box--not_met")) {
				return { row, column };
			}
			column += step;
		}
		return undefined;
	}

	function next(e: KeyboardEvent): Place | undefined {
		const last = rows.length - 1;
		const width = (rows[at.row]?.cells.length ?? 1) - 1;
		switch (e.key) {
			case "ArrowUp":
				return { row: Math.max(at.row - 1, 0), column: at.column };
			case "ArrowDown":
				return { row: Math.min(at.row + 1, last), column: at.column };
			case "ArrowLeft":
				return { row: at.row, column: Math.max(at.column - 1, 0) };
			case "ArrowRight":
				return { row: at.row, column: Math.min(at.column + 1, width) };
			case "Home":
				return { row: e.ctrlKey ? 0 : at.row, column: 0 };
			case "End":
				return { row: e.ctrlKey ? last : at.row, column: e.ctrlKey ? (rows[last]?.cells.length ?? 1) - 1 : width };
			case "PageUp":
				return { row: Math.max(at.row - 10, 0), column: at.column };
			case "PageDown":
				return { row: Math.min(at.row + 10, last), column: at.column };
			case "n":
				return unmet(1);
			case "p":
				return unmet(-1);
		}
		return undefined;
	}

	table.setAttribute("role", "grid");
	region?.removeAttribute("tabindex");
	for (const row of rows) {
		for (const c of row.cells) {
			target(c).tabIndex = -1;
		}
	}
	remember({ row: Math.min(1, rows.length - 1), column: 0 });
	for (const hint of document.querySelectorAll<HTMLElement>('[data-island-hint="matrix"]')) {
		hint.hidden = false;
	}

	table.addEventListener("focusin", (e) => {
		const c = (e.target as HTMLElement).closest<HTMLTableCellElement>("td, th");
		if (c) {
			remember({ row: rows.indexOf(c.parentElement as HTMLTableRowElement), column: c.cellIndex });
			light(c.cellIndex);
		}
	});
	table.addEventListener("focusout", (e) => {
		if (!table.contains(e.relatedTarget as Node | null)) {
			light(-1);
		}
	});
	table.addEventListener("keydown", (e) => {
		if (e.altKey || e.metaKey || (e.ctrlKey && e.key !== "Home" && e.key !== "End")) {
			return;
		}
		const to = next(e);
		if (to) {
			e.preventDefault();
			go(to);
		}
	});
}

for (const table of document.querySelectorAll<HTMLTableElement>('table[data-island="matrix"]')) {
	enhance(table);
}
