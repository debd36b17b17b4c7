// Every icon of the window: strokes in a field of 16 by 16, drawn by `Icon.svelte` in the colour of
// the words around it.
export const icons = {
  plus: 'M8 3.25v9.5M3.25 8h9.5',
  send: 'M8 12.75v-9.5M3.75 7.5 8 3.25l4.25 4.25',
  stop: 'M5 5h6v6H5z',
  chevron: 'm6.25 4.25 3.75 3.75-3.75 3.75',
  unfold: 'm4.25 6.25 3.75 3.75 3.75-3.75',
  back: 'm9.75 4.25-3.75 3.75 3.75 3.75',
  forth: 'm6.25 4.25 3.75 3.75-3.75 3.75',
  play: 'm5.5 3.75 6.5 4.25-6.5 4.25z',
  thought: 'M8 2.75a4.25 4.25 0 0 0-2.5 7.7v1.3h5v-1.3A4.25 4.25 0 0 0 8 2.75zM6.5 13.75h3',
  pin: 'M5.5 2.75h5M6.5 2.75v4L4.25 9.5h7.5L9.5 6.75v-4M8 9.5v4',
  look: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.25 10.25l3 3',
  save: 'M8 2.75v7M5 7l3 3 3-3M3 12.75h10',
  up: 'M8 12.75v-9.5M3.75 7.5 8 3.25l4.25 4.25',
  down: 'M8 3.25v9.5M12.25 8.5 8 12.75 3.75 8.5',
  more: 'M3.75 8h.01M8 8h.01M12.25 8h.01',
  pencil: 'm10.25 3.25 2.5 2.5-6.75 6.75-3.25.75.75-3.25z',
  bin: 'M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5',
  copy: 'M6 5.75h6.25v7H6zM3.75 10.25v-7H9.5',
  done: 'm3.5 8.5 3 3 6-6.5',
  again: 'M12.75 8A4.75 4.75 0 1 1 11.1 4.4M12.75 2.5v3h-3',
  panel: 'M2.75 3.75h10.5v8.5H2.75zM6.25 3.75v8.5',
  settings:
    'M2.75 4.75h5.5M11.5 4.75h1.75M2.75 11.25H4.5M7.75 11.25h5.5M8.25 3.25h3.25v3h-3.25zM4.5 9.75h3.25v3H4.5z',
  close: 'm4 4 8 8M12 4l-8 8',
  clip: 'm12.5 7.5-5 5a2.9 2.9 0 0 1-4.1-4.1l5.4-5.4a2 2 0 0 1 2.8 2.8L6.4 11a.95.95 0 0 1-1.35-1.35L9.7 5',
  page: 'M4 2.5h5l3 3v8H4zM9 2.5v3h3',
  folder: 'M2.5 12.25v-8.5h4l1.5 1.75h5.5v6.75z',
  notice: 'M8 2.75 14 13H2zM8 6.75v2.75M8 11.4h.01',
} as const;

export type IconName = keyof typeof icons;
