import { type Script, say, TestWorld, wordOf } from './test-world.ts';

export const nothing: Script = () => {};

/** Connects at boot and sends these words. */
export function caller(words: readonly string[], to = 'b'): Script {
  return (input, out) => {
    if (input.kind !== 'boot') return;
    const connection = out.connect({ host: to, port: 9092 });
    for (const word of words) out.send(connection, say(word));
  };
}

export const echo: Script = (input, out) => {
  if (input.kind === 'frame') out.send(input.connection, say(`${wordOf(input.frame)}!`));
};

/** A world in which `b` listens before `a` begins. */
export function pair(a: Script, b: Script, bOptions = {}, aOptions = {}) {
  const world = new TestWorld();
  const hostB = world.scripted('b', b, bOptions);
  const hostA = world.scripted('a', a, aOptions);
  hostB.start();
  world.run(5_000);
  hostA.start();
  world.run(5_000);
  return { world, a: hostA, b: hostB };
}
