// Starts the page. The first paint waits for no call: the panes are drawn, then they fill.
import { mount } from 'svelte';
import App from './App.svelte';
import './theme.css';
import './base.css';
import { openDoor } from './lib/ipc/door';

const target = document.getElementById('app');
if (!target) throw new Error('BUG: the page has no #app');

const backend = await openDoor();
mount(App, { target, props: { backend } });

// The second frame begins when the first one was taken to the screen: the window is not blank. Where
// nobody hears it, the shell draws anew.
requestAnimationFrame(() =>
  requestAnimationFrame(() => void backend.call('painted', {}).catch(() => undefined)),
);
