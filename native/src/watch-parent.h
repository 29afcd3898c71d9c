/**
 * @file watchParent: a thread that ends this process once another one, its parent, is gone. A thread of plain C++ costs nothing to start; one with JavaScript in it takes 25 ms of a processor and
 * some megabytes, of each child.
 */
#pragma once

#include <node_api.h>

#include "args.h"

#if !defined(_WIN32)
#include <cerrno>
#include <chrono>
#include <csignal>
#include <thread>
#include <unistd.h>
#endif

namespace likeness {

#if !defined(_WIN32)
inline bool isGone(pid_t parent) { return getppid() != parent || (kill(parent, 0) != 0 && errno == ESRCH); }
#endif

/** `{parent}`: its number, asked for before this call. False where the system has no such thing: somebody else must watch. */
inline napi_value watchParent(napi_env env, napi_callback_info info) {
  Arguments given(env, info, "watchParent");
  int64_t parent = given.integer("parent", 1, 0x7fffffff);
  bool watches = false;
#if !defined(_WIN32)
  std::thread([parent] {
    while (!isGone(static_cast<pid_t>(parent))) std::this_thread::sleep_for(std::chrono::seconds(1));
    kill(getpid(), SIGKILL);
  }).detach();
  watches = true;
#else
  (void)parent;
#endif
  napi_value result = nullptr;
  napi_get_boolean(env, watches, &result);
  return result;
}

}  // namespace likeness
