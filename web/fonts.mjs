// Cuts the fonts down to the letters that pages use and writes them to fonts/ (see style/fonts.css).
//
// The same letters uncompressed (picture-*.ttf) are for the pictures that the program draws itself.
//
// Be Vietnam Pro has no figures of one width, so numbers are set in the digits of Noto Sans, which are all equally wide.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import subset from "subset-font";

const range = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => String.fromCodePoint(from + i)).join("");

const latin = range(0x20, 0x7e) + "ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝàáâãèéêìíòóôõùúý" + "\u00a0§°²³·×÷±–—‘’“”…•−";
const vietnamese = "ĂăĐđĨĩŨũƠơƯư₫" + range(0x1ea0, 0x1ef9);
const digits = "0123456789.,%+−";

const source = (family, set, weight) => `node_modules/@fontsource/${family}/files/${family}-${set}-${weight}-normal.woff2`;

await mkdir("fonts", { recursive: true });
for (const weight of [400, 600]) {
	for (const [family, set, letters, name] of [
		["be-vietnam-pro", "latin", latin, `text-${weight}-latin`],
		["be-vietnam-pro", "vietnamese", vietnamese, `text-${weight}-vietnamese`],
		["noto-sans", "latin", digits, `digits-${weight}`],
	]) {
		const cut = await subset(await readFile(source(family, set, weight)), letters, { targetFormat: "woff2" });
		await writeFile(`fonts/${name}.woff2`, cut);
		if (family === "be-vietnam-pro") {
			await writeFile(`fonts/${name.replace("text", "picture")}.ttf`, await subset(await readFile(source(family, set, weight)), letters, { targetFormat: "truetype" }));
		}
	}
}
