import type { App } from '../state/app.ts';
import type { ThemeChoice } from '../state/session.ts';

const rememberedKey = 'funnelscope.theme';

/** Sets `data-theme` from the choice and the system, now and whenever either changes. The last choice is kept beside the page, so that a dark window never opens white. */
export function startTheme(app: App): void {
  const system = window.matchMedia('(prefers-color-scheme: dark)');
  const apply = (choice: ThemeChoice): void => {
    const theme = choice === 'system' ? (system.matches ? 'dark' : 'light') : choice;
    document.documentElement.dataset['theme'] = theme;
  };
  const remembered = read();
  apply(remembered);
  let last: ThemeChoice | undefined;
  app.session.subscribe(() => {
    const { theme } = app.session.get();
    if (theme === last) return;
    last = theme;
    apply(theme);
    write(theme);
  });
  system.addEventListener('change', () => apply(last ?? remembered));
}

function read(): ThemeChoice {
  try {
    const stored = window.localStorage.getItem(rememberedKey);
    return stored === 'light' || stored === 'dark' ? stored : 'system';
  } catch {
    return 'system';
  }
}

function write(theme: ThemeChoice): void {
  try {
    window.localStorage.setItem(rememberedKey, theme);
  } catch {
    // Storage may be denied; the settings still keep the choice.
  }
}
