/** What windows of one program tell each other. They share an engine and the settings, but each has its own corpus, model and screen. */
interface Word {
  readonly says: 'opened' | 'here' | 'kept';
  readonly from: string;
  /** Whom it answers; undefined: said to all. */
  readonly to?: string;
}

export interface OtherWindows {
  /** Tells the others that this window has written what it remembers. */
  tellKept(): void;
}

/**
 * Meets the other windows of this program (the other tabs of this address).
 * @param onMet called once, as soon as a window answers that was open before this one.
 * @param onKept another window has written what it remembers: the settings no longer hold what this one wrote.
 */
export function meetOtherWindows(channel: Pick<BroadcastChannel, 'postMessage' | 'onmessage'>, onMet: () => void, onKept: () => void): OtherWindows {
  const self = crypto.randomUUID();
  let isMet = false;
  const say = (says: Word['says'], to?: string): void => channel.postMessage({ says, from: self, ...(to === undefined ? {} : { to }) } satisfies Word);
  channel.onmessage = ({ data }: MessageEvent<Word>) => {
    if (data.says === 'opened') say('here', data.from);
    if (data.says === 'kept') onKept();
    if (data.says === 'here' && data.to === self && !isMet) {
      isMet = true;
      onMet();
    }
  };
  say('opened');
  return { tellKept: () => say('kept') };
}
