/** Numbers that look random and are the same every time, for tests that try many cases. */

export type Random = (below: number) => number;

export function random(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

export function oneOf<T>(next: Random, choices: readonly T[]): T {
  return choices[next(choices.length)] as T;
}
