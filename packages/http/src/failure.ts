import { DeliveryError } from "@datasync-monitor/core";

const tlsCode =
  /^(?:ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERROR_IN_|INVALID_(?:CA|PURPOSE)$|HOSTNAME_MISMATCH$|PATH_LENGTH_EXCEEDED$|EPROTO$)/;

/** In TLS 1.3 a server judges our certificate after we have begun to write; it has read no request then. */
const refusedByPeer = /^ERR_SSL_[\w/]*ALERT_(?:\w*CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)/;

/** What answered the handshake was no TLS record: Node 20 to 24 say the one, Node 25 the other. */
const notTls = /_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)$/;

/** Of OpenSSL's reasons some hold a slash: `ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE`, since Node 22. */
const plainCode = /^(?:\w{1,80}|ERR_SSL_[\w/]{1,72})$/;

/** The request itself cannot be written: a header that is not allowed or untrue, a method that is unknown. */
const unwritable = new Set([
  "UND_ERR_INVALID_ARG",
  "UND_ERR_NOT_SUPPORTED",
  "UND_ERR_REQ_CONTENT_LENGTH_MISMATCH",
]);

const closedHere = new Set(["UND_ERR_CLOSED", "UND_ERR_DESTROYED"]);

const field = (value: object, name: string): unknown => Reflect.get(value, name);

/**
 * Every reason code in an error, its causes and its parts, outermost first. A `TimeoutError` carries
 * the number 23 where others carry a string, so a code that is no string yields to the error's name.
 */
const codesOf = (error: unknown, depth = 0): string[] => {
  if (typeof error !== "object" || error === null || depth > 5) return [];
  const code = field(error, "code");
  const name = field(error, "name");
  const own =
    typeof code === "string" ? [code] : typeof name === "string" && name !== "Error" ? [name] : [];
  const parts = field(error, "errors");
  const below = [field(error, "cause"), ...(Array.isArray(parts) ? parts.slice(0, 8) : [])];
  return [...own, ...below.flatMap((part) => codesOf(part, depth + 1))].filter((text) =>
    plainCode.test(text),
  );
};

/**
 * What a failed request means for the delivery. The raw error ends here: some hold the address or
 * bytes of the answer. Its reason code goes on, in the message and as `cause`. What already is a
 * `DeliveryError` stays as it is.
 *
 * @param written - Whether any of the request may have reached the destination.
 * @param peer - Who was being connected to, where that is not the destination.
 */
export const failureOf = (error: unknown, written: boolean, peer?: "the proxy"): DeliveryError => {
  if (DeliveryError.is(error)) return error;
  const codes = codesOf(error);
  const reason = codes[0] ?? "no reason given";
  const fail = (code: DeliveryError["code"], message: string) =>
    new DeliveryError(code, message, {
      cause: Object.assign(new Error(reason), { code: reason }),
    });
  const tls = codes.find((code) => (written ? refusedByPeer : tlsCode).test(code));
  if (tls !== undefined) {
    const where = peer === undefined ? "" : ` with ${peer}`;
    const advice = notTls.test(tls)
      ? "the port does not seem to speak TLS, as behind `http:`"
      : "check the certificates of both sides";
    return fail("config", `TLS${where} failed (${tls}): ${advice}`);
  }
  if (written) {
    return fail("ambiguous", `the connection failed after the request was written (${reason})`);
  }
  if (codes.some((code) => unwritable.has(code))) {
    return fail(
      "config",
      "the request cannot be written: a header, the method or the path is not valid",
    );
  }
  if (codes.some((code) => closedHere.has(code)))
    return fail("aborted", "the HTTP client is closed");
  return fail(
    "unavailable",
    `could not connect${peer === undefined ? "" : ` to ${peer}`} (${reason})`,
  );
};
