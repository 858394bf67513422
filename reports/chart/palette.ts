/** Drawn as `currentColor`, so that a chart follows the page from light to dark and prints black. */
export const INK = '#010203';
/** The same, thinner: grid lines. */
export const FAINT = '#010204';

/** Okabe and Ito's colours: told apart by people who see colours differently, and legible on black and on white. */
export const COLOUR = {
  blue: '#0072b2',
  orange: '#e69f00',
  green: '#009e73',
  red: '#d55e00',
  purple: '#cc79a7',
  sky: '#56b4e9',
  grey: '#8a8a8a',
} as const;

/** What a node is, in the lanes. */
export const STATE_COLOUR: Readonly<Record<string, string>> = {
  up: '#b9d7c8',
  'controller leader': COLOUR.blue,
  booting: COLOUR.sky,
  down: COLOUR.red,
  paused: COLOUR.purple,
  isolated: COLOUR.orange,
  'disk stalled': '#b8860b',
};
