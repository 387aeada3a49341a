import { createRoot } from 'react-dom/client';
import { linkEngine } from './bridge/engine-link.ts';
import { findHost } from './bridge/host.ts';
import { Shell } from './shell/shell.tsx';
import { startTheme } from './shell/theme.ts';
import { AppContext, createApp } from './state/app.ts';
import { start } from './state/start.ts';
import './theme/tokens.css';
import './theme/base.css';
import './theme/button.css';
import './theme/field.css';
import './theme/list.css';
import './theme/choice.css';
import './theme/tooltip.css';
import './theme/tabs.css';
import './theme/dialog.css';
import './theme/panel.css';
import './theme/table.css';
import './theme/content.css';
import './theme/layout.css';
import './charts/charts.css';
import './shell/shell.css';

const host = findHost(window);
const { client, status } = linkEngine(host);
const app = createApp(host, client, status);
startTheme(app);
void start(app);

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no #root');
createRoot(root).render(
  <AppContext value={app}>
    <Shell />
  </AppContext>,
);
