/** Names for requests in flight, unique within a machine; 0 is the network's own. */
export class Tokens {
  #next = 1;

  next(): number {
    return this.#next++;
  }
}
