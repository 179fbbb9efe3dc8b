/**
 * The engine's own serializer, which carries all that the structured clone algorithm carries within
 * one process's memory, with three things set right for messages between threads:
 *
 * 1. Bytes arrive in memory of their own. Node's default reader returns views of the message itself,
 *    whose `.buffer` is the whole message.
 * 2. Views of one buffer arrive as views of one buffer, as `structuredClone` gives them; only Node's
 *    Buffers, cut from a common pool, are sent as the bytes that they show.
 * 3. What it refuses is told apart from what a getter throws: `Refused`.
 */

import * as v8 from 'node:v8';
import { types } from 'node:util';

/** The serializer met something that it does not carry. */
export class Refused extends Error {}

const viewClasses = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
] as const;
/** Instead of a class's place in the list: a Buffer, of which size and bytes follow. */
const BUFFER = 255;

/** Methods that Node's declarations leave out. */
interface SerializerHooks {
  _setTreatArrayBufferViewsAsHostObjects(on: boolean): void;
}

class ValueSerializer extends v8.Serializer {
  constructor() {
    super();
    (this as unknown as SerializerHooks)._setTreatArrayBufferViewsAsHostObjects(true);
  }

  _writeHostObject(object: object): void {
    if (!ArrayBuffer.isView(object) || types.isSharedArrayBuffer(object.buffer))
      throw new Refused();
    if (Buffer.isBuffer(object)) {
      this.writeUint32(BUFFER);
      this.writeUint32(object.length);
      this.writeRawBytes(object);
      return;
    }
    const kind = viewClasses.findIndex((viewClass) => object instanceof viewClass);
    if (kind === -1) throw new Refused();
    const bytesPerElement =
      'BYTES_PER_ELEMENT' in object ? (object.BYTES_PER_ELEMENT as number) : 1;
    this.writeUint32(kind);
    this.writeUint32(object.byteOffset);
    this.writeUint32(object.byteLength / bytesPerElement);
    this.writeValue(object.buffer);
  }

  _getSharedArrayBufferId(): number {
    throw new Refused();
  }

  _getDataCloneError(message: string): Error {
    return new Refused(message);
  }
}

class ValueDeserializer extends v8.Deserializer {
  _readHostObject(): unknown {
    const kind = this.readUint32();
    if (kind === BUFFER) return Buffer.from(this.readRawBytes(this.readUint32()));
    const offset = this.readUint32();
    const length = this.readUint32();
    const buffer = this.readValue() as ArrayBuffer;
    const viewClass = viewClasses[kind] as new (
      buffer: ArrayBuffer,
      offset: number,
      length: number,
    ) => unknown;
    return new viewClass(buffer, offset, length);
  }
}

/**
 * @throws {Refused} when the value holds something that only a MessagePort carries, or nothing does
 */
export function serialize(value: unknown): Uint8Array {
  const serializer = new ValueSerializer();
  serializer.writeHeader();
  serializer.writeValue(value);
  return serializer.releaseBuffer();
}

/** @param bytes - of this thread alone: parts of the value may stay in them */
export function deserialize(bytes: Uint8Array): unknown {
  const deserializer = new ValueDeserializer(bytes);
  deserializer.readHeader();
  return deserializer.readValue();
}
