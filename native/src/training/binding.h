/**
 * @file The binding of training programs: opened, written to, run off JavaScript's thread, read from, closed. A program lives as long as somebody
 * holds it or it runs.
 */
#pragma once

#include <memory>
#include <string>

#include <node_api.h>

#include "../args.h"
#include "program.h"

namespace likeness {
namespace training {

constexpr napi_type_tag programTag = {0x8c1d5e0a54b14f7e, 0x9a1f6a4b7e2d3c51};

using SharedProgram = std::shared_ptr<Program>;

inline ArgumentError notProgram(const char* kernel) { return {"wrong-type", std::string(kernel) + ": program is not an open training program", true}; }

/** The slot behind a handle; its pointer is null once closed. */
inline SharedProgram& slotOf(napi_env env, const Arguments& given, const char* kernel) {
  napi_value handle = given.value("program");
  bool isOurs = false;
  void* slot = nullptr;
  if (napi_check_object_type_tag(env, handle, &programTag, &isOurs) != napi_ok || !isOurs || napi_get_value_external(env, handle, &slot) != napi_ok || !slot)
    throw notProgram(kernel);
  return *static_cast<SharedProgram*>(slot);
}

inline SharedProgram programOf(napi_env env, const Arguments& given, const char* kernel) {
  SharedProgram program = slotOf(env, given, kernel);
  if (!program) throw ArgumentError{"closed", std::string(kernel) + ": the training program is closed"};
  return program;
}

/** {bytes, threads, steps: Float64Array} -> handle */
inline napi_value openProgram(napi_env env, napi_callback_info info, Instructions level) {
  Arguments given(env, info, "trainingOpen");
  const int64_t bytes = given.integer("bytes", 1, int64_t{1} << 40);
  const int threads = static_cast<int>(given.integer("threads", 1, 256));
  Span<double> steps = given.array<double>("steps");
  auto slot = std::make_unique<SharedProgram>(std::make_shared<Program>(bytes, std::vector<double>(steps.data, steps.data + steps.length), threads, level));
  auto release = [](napi_env, void* data, void*) { delete static_cast<SharedProgram*>(data); };
  napi_value handle = nullptr;
  if (napi_create_external(env, slot.get(), release, nullptr, &handle) != napi_ok) throw std::runtime_error("the training program could not be kept");
  slot.release();
  if (napi_type_tag_object(env, handle, &programTag) != napi_ok) throw std::runtime_error("the training program could not be marked");
  return handle;
}

inline Span<uint8_t> bytesIn(const Arguments& given, const Program& program, int64_t* offset) {
  Span<uint8_t> data = given.array<uint8_t>("data");
  *offset = given.integer("offset", 0, program.bytes());
  if (static_cast<int64_t>(data.length) > program.bytes() - *offset) throw ArgumentError{"out-of-range", "data reach beyond the end of the program's memory"};
  return data;
}

/** {program, offset, data: Uint8Array} */
inline napi_value writeProgram(napi_env env, napi_callback_info info) {
  Arguments given(env, info, "trainingWrite");
  SharedProgram program = programOf(env, given, "trainingWrite");
  int64_t offset = 0;
  Span<uint8_t> data = bytesIn(given, *program, &offset);
  if (data.length > 0) std::memcpy(program->memory() + offset, data.data, data.length);
  return nullptr;
}

inline napi_value readProgram(napi_env env, napi_callback_info info) {
  Arguments given(env, info, "trainingRead");
  SharedProgram program = programOf(env, given, "trainingRead");
  int64_t offset = 0;
  Span<uint8_t> data = bytesIn(given, *program, &offset);
  if (data.length > 0) std::memcpy(data.data, program->memory() + offset, data.length);
  return nullptr;
}

/** {program, times: Float64Array}: nanoseconds spent in each step so far. */
inline napi_value programTimes(napi_env env, napi_callback_info info) {
  Arguments given(env, info, "trainingTimes");
  SharedProgram program = programOf(env, given, "trainingTimes");
  Span<double> times = given.array<double>("times", program->stepCount());
  std::copy(program->nanoseconds().begin(), program->nanoseconds().end(), times.data);
  return nullptr;
}

inline napi_value closeProgram(napi_env env, napi_callback_info info) {
  Arguments given(env, info, "trainingClose");
  slotOf(env, given, "trainingClose").reset();
  return nullptr;
}

struct ProgramRun {
  SharedProgram program;
  int64_t from, to;
  napi_async_work work = nullptr;
  napi_deferred deferred = nullptr;
  std::string failure;
};

inline void executeRun(napi_env, void* data) {
  auto* run = static_cast<ProgramRun*>(data);
  try {
    run->program->run(run->from, run->to);
  } catch (const std::bad_alloc&) {
    run->failure = "out of memory in a training step";
  } catch (const std::exception& error) {
    run->failure = error.what();
  }
}

inline void completeRun(napi_env env, napi_status status, void* data) {
  std::unique_ptr<ProgramRun> run(static_cast<ProgramRun*>(data));
  napi_delete_async_work(env, run->work);
  napi_value value = nullptr;
  if (status == napi_ok && run->failure.empty()) {
    napi_get_undefined(env, &value);
    napi_resolve_deferred(env, run->deferred, value);
    return;
  }
  napi_value message = nullptr;
  napi_create_string_utf8(env, run->failure.empty() ? "the training step was not run" : run->failure.c_str(), NAPI_AUTO_LENGTH, &message);
  napi_create_error(env, nullptr, message, &value);
  napi_reject_deferred(env, run->deferred, value);
}

/** {program, from, to} -> promise; runs on a thread of Node's pool and the program's own. */
inline napi_value runProgram(napi_env env, napi_callback_info info) {
  Arguments given(env, info, "trainingRun");
  auto run = std::make_unique<ProgramRun>();
  run->program = programOf(env, given, "trainingRun");
  run->from = given.integer("from", 0, run->program->stepCount());
  run->to = given.integer("to", run->from, run->program->stepCount());
  napi_value promise = nullptr, name = nullptr;
  if (napi_create_string_utf8(env, "likeness training", NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_create_async_work(env, nullptr, name, executeRun, completeRun, run.get(), &run->work) != napi_ok ||
      napi_create_promise(env, &run->deferred, &promise) != napi_ok || napi_queue_async_work(env, run->work) != napi_ok)
    throw std::runtime_error("the training step could not be started");
  run.release();
  return promise;
}

}  // namespace training
}  // namespace likeness
