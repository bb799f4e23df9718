// Passkeys. A form that holds this island is sent only when the browser's answer stands in it: the first press asks the
// browser to make a key or to prove one, then the form goes on as it was. Without this script the form is sent without an
// answer, and the server says which way works without.

type Json = Record<string, unknown>;
type Described = { id: string; type: "public-key"; transports?: AuthenticatorTransport[] };

function bytes(text: string): ArrayBuffer {
	const raw = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
	const out = new Uint8Array(raw.length);
	for (let i = 0; i < raw.length; i++) {
		out[i] = raw.charCodeAt(i);
	}
	return out.buffer;
}

function text(buffer: ArrayBuffer | null): string {
	let raw = "";
	for (const b of new Uint8Array(buffer ?? new ArrayBuffer(0))) {
		raw += String.fromCharCode(b);
	}
	return btoa(raw).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function described(list: unknown): PublicKeyCredentialDescriptor[] {
	return ((list as Described[] | undefined) ?? []).map((d) => ({ ...d, id: bytes(d.id) }));
}

async function make(o: Json): Promise<Json> {
	const user = o.user as { id: string; name: string; displayName: string };
	const key = (await navigator.credentials.create({
		publicKey: {
			...(o as unknown as PublicKeyCredentialCreationOptions),
			challenge: bytes(o.challenge as string),
			user: { ...user, id: bytes(user.id) },
			excludeCredentials: described(o.excludeCredentials),
		},
	})) as PublicKeyCredential;
	const r = key.response as AuthenticatorAttestationResponse;
	return answer(key, { attestationObject: text(r.attestationObject), transports: r.getTransports?.() ?? [] });
}

async function prove(o: Json): Promise<Json> {
	const key = (await navigator.credentials.get({
		publicKey: {
			...(o as unknown as PublicKeyCredentialRequestOptions),
			challenge: bytes(o.challenge as string),
			allowCredentials: described(o.allowCredentials),
		},
	})) as PublicKeyCredential;
	const r = key.response as AuthenticatorAssertionResponse;
	return answer(key, { authenticatorData: text(r.authenticatorData), signature: text(r.signature), userHandle: text(r.userHandle) });
}

function answer(key: PublicKeyCredential, response: Json): Json {
	return {
		id: key.id,
		rawId: text(key.rawId),
		type: key.type,
		authenticatorAttachment: key.authenticatorAttachment ?? undefined,
		clientExtensionResults: {},
		response: { ...response, clientDataJSON: text(key.response.clientDataJSON) },
	};
}

document.addEventListener("submit", (e) => {
	const form = e.target as HTMLFormElement;
	const island = form.querySelector<HTMLElement>('[data-island="passkey"]');
	const field = island?.querySelector<HTMLInputElement>("input");
	if (!island || !field || field.value !== "") {
		return;
	}
	e.preventDefault();
	const say = (which: string): void => {
		for (const p of island.querySelectorAll<HTMLElement>("[data-passkey]")) {
			p.hidden = p.dataset.passkey !== which;
		}
	};
	say("");
	if (!window.PublicKeyCredential) {
		say("unable"); // an old browser, or a connection that is not safe
		return;
	}
	const options = JSON.parse(island.dataset.options ?? "{}") as Json;
	(island.dataset.kind === "create" ? make(options) : prove(options)).then(
		(found) => {
			field.value = JSON.stringify(found);
			form.submit();
		},
		() => say("refused"),
	);
});
