/**
 * Those who stand in a row, in their order: each knows its neighbours, so that anybody can leave it at once, however
 * long it is. (A `Set` remembers who has left, and steps over them again and again.)
 */

/** What can stand in a row; in one at a time. */
export interface Member {
  next: this | null;
  before: this | null;
}

export class Row<M extends Member> {
  #first: M | null = null;
  #last: M | null = null;
  #size = 0;

  get first(): M | null {
    return this.#first;
  }

  get size(): number {
    return this.#size;
  }

  /** To its end. */
  push(member: M): void {
    member.before = this.#last;
    if (this.#last === null) this.#first = member;
    else this.#last.next = member;
    this.#last = member;
    this.#size++;
  }

  /** Out of it, from wherever it stands. */
  remove(member: M): void {
    const { before, next } = member as { before: M | null; next: M | null };
    if (before === null) this.#first = next;
    else before.next = next;
    if (next === null) this.#last = before;
    else next.before = before;
    member.before = null;
    member.next = null;
    this.#size--;
  }
}
