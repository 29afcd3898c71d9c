/**
 * @file Reads and checks what JavaScript gave for letters, and calls their kernel.
 */
#pragma once

#include <node_api.h>

#include "args.h"
#include "kernels/find-letters.h"

namespace likeness {

inline napi_value findLettersFor(napi_env env, napi_callback_info info, Instructions level, LettersScratch& scratch) {
  Arguments given(env, info, "findLetters");
  LettersTask task{};
  task.width = given.integer("width", 1, letters::maxLettersSide);
  task.height = given.integer("height", 1, letters::maxLettersSide);
  task.source = given.array<uint8_t>("source", task.width * task.height * 3).data;
  task.letters = given.arrayOfAtLeast<int32_t>("letters", task.width * task.height / letters::lowest * letters::columns).data;
  napi_value count = nullptr;
  napi_create_double(env, static_cast<double>(findLetters(task, level, scratch)), &count);
  return count;
}

}  // namespace likeness
