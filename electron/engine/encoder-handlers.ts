/**
 * @file Answers the part of the contract about encoders.
 */
import type { Handlers } from "#protocol/contract.ts";
import type { EncoderContract } from "#protocol/encoder-contract.ts";

import type { Engine } from "./engine.ts";

export function createEncoderHandlers(engine: Engine): Pick<Handlers, keyof EncoderContract> {
  return {
    "encoders.list": () => engine.encoders.overview(),
    "encoders.import": async (request) => {
      const { encoder, notes } = await engine.encoders.import(request);
      return { encoder, notes: [...notes] };
    },
    "encoders.inspect": (request, { signal }) => engine.encoders.inspect(request, signal),
    "encoders.receive": ({ files }) => ({ paths: engine.encoders.receive(files) }),
    "encoders.remove": ({ encoder }) => {
      engine.encoders.remove(encoder);
      return {};
    },
    "encoders.apply": ({ encoder, device }) => ({ job: engine.encoders.apply(encoder, device) }),
    "encoders.revert": () => engine.encoders.revert(),
    "encoders.evaluate": (request) => ({ job: engine.encoders.evaluate(request) }),
    "encoders.export": (request) => engine.encoders.export(request),
  };
}
