// Sending.
export type { WebhookOptions } from "./options.ts";
// Receiving.
export {
  WebhookVerificationError,
  type WebhookVerificationErrorCode,
} from "./verification-error.ts";
export { type ReceivedWebhook, verifyWebhook } from "./verify-webhook.ts";
export { webhook } from "./webhook.ts";
