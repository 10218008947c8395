// Sending.
export type { WebhookOptions } from "./options.ts";
export {
  WebhookVerificationError,
  type WebhookVerificationErrorCode,
} from "./verification-error.ts";
// Receiving.
export { type ReceivedWebhook, verifyWebhook } from "./verify-webhook.ts";
export { webhook } from "./webhook.ts";
