// Asks the browser for a passkey with the options that the page holds, and sends its answer with the page's form.
(() => {
  const form = document.getElementById("passkey-answer");
  if (!form) return;
  const bytes = (text) => Uint8Array.from(atob(text.replace(/_/g, "/").replace(/-/g, "+")), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const opened = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  async function create(options) {
    options.challenge = bytes(options.challenge);
    options.user.id = bytes(options.user.id);
    options.excludeCredentials = opened(options.excludeCredentials);
    const made = await navigator.credentials.create({ publicKey: options });
    return {
      id: made.id,
      rawId: text(made.rawId),
      type: made.type,
      response: {
        attestationObject: text(made.response.attestationObject),
        clientDataJSON: text(made.response.clientDataJSON),
        transports: made.response.getTransports ? made.response.getTransports() : null,
      },
      extensions: JSON.stringify(made.getClientExtensionResults()),
    };
  }

  async function get(options) {
    options.challenge = bytes(options.challenge);
    options.allowCredentials = opened(options.allowCredentials);
    const given = await navigator.credentials.get({ publicKey: options });
    return {
      id: given.id,
      rawId: text(given.rawId),
      type: given.type,
      response: {
        authenticatorData: text(given.response.authenticatorData),
        clientDataJSON: text(given.response.clientDataJSON),
        signature: text(given.response.signature),
        userHandle: given.response.userHandle ? text(given.response.userHandle) : "",
      },
      assertionClientExtensions: JSON.stringify(given.getClientExtensionResults()),
    };
  }

  (form.dataset.passkey === "create" ? create : get)(JSON.parse(form.dataset.options))
    .then((answer) => {
      form.elements.credential.value = JSON.stringify(answer);
      form.submit();
    })
    .catch(() => {
      document.querySelector("[data-passkey-said]").hidden = true;
      document.querySelector("[data-passkey-failed]").hidden = false;
    });
})();
