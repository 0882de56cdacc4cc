/** Receives from a link the incoming texts, and each moment at which it is connected. */
export type LinkListener = {
  onText(text: string): void;
  /** Texts sent before this moment may have been missed. */
  onUp(): void;
};

/** A broadcast connection to the other processes of the installation. A sender receives its own texts, too. */
export type Link = {
  /** Rejects while there is no connection. */
  send(text: string): Promise<void>;
  stop(): Promise<void>;
};

export type OpenLink = (listener: LinkListener) => Link;

/** PostgreSQL limits a notification to less than 8000 bytes. */
export const maxTextBytes = 7_900;
