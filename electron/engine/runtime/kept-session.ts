/**
 * @file A session that is opened on first use, kept while the same encoder is asked for, and closed before that of another.
 */

export interface KeptSession<T> {
  /** @param key names the encoder */
  get(key: string, open: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export function keptSession<T extends { close(): Promise<void> }>(): KeptSession<T> {
  let kept: { readonly key: string; readonly session: Promise<T> } | null = null;
  const close = async (): Promise<void> => {
    const closing = kept;
    kept = null;
    await closing?.session.then((handle) => handle.close()).catch(() => undefined);
  };
  return {
    get: (key, open) => {
      if (kept?.key === key) return kept.session;
      void close();
      const opening = { key, session: open() };
      kept = opening;
      // One failure must not answer every later question.
      opening.session.catch(() => {
        if (kept === opening) kept = null;
      });
      return opening.session;
    },
    close,
  };
}
