/** What a link tells: a text that came in, and that it is (again) connected. */
export type LinkListener = {
  onText(text: string): void;
  /** Whatever was said before this moment may have been missed. */
  onUp(): void;
};

/** A way to every other process of the installation. Texts come back to the one who sent them too. */
export type Link = {
  /** Rejects while there is no connection. */
  send(text: string): Promise<void>;
  stop(): Promise<void>;
};

export type OpenLink = (listener: LinkListener) => Link;

/** Longest text in bytes: PostgreSQL takes 8000 less one. */
export const maxTextBytes = 7_900;
