// Sending.
export type { WebhookOptions } from "./options.ts";
export type { WebhookFormat } from "./render.ts";
// Receiving.
export {
  WebhookVerificationError,
  type WebhookVerificationErrorCode,
} from "./verification-error.ts";
export { type ReceivedWebhook, verifyWebhook } from "./verify-webhook.ts";
export { webhook } from "./webhook.ts";
