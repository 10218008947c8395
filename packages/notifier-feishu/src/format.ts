/** `card`: coloured by level. `post`: rich text. `text`: the plain lines of the guide. */
export type FeishuFormat = "card" | "post" | "text";

/** The vendor's two structures of a card. */
export type FeishuCardSchema = "1.0" | "2.0";
