/** @file Whether patient fields are shown: off at every start, kept nowhere. */

class Patient {
  shown = $state(false);
}

export const patient = new Patient();
