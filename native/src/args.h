/**
 * @file Reads and checks what JavaScript passed. Every kernel takes one object; `Arguments` fetches its properties by name and throws an
 * `ArgumentError` that names the kernel, the property, the value seen and the value expected. Codes and wording are those of
 * native/kernel-error.ts, so that a caller cannot tell the native kernel from its twin. Nothing here keeps memory of JavaScript's beyond the call.
 */
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <string>

#include <node_api.h>

namespace likeness {

/** Becomes a TypeError (code "wrong-type") or a RangeError in JavaScript. */
struct ArgumentError {
  const char* code;
  std::string message;
  bool isTypeError = false;
};

/** Elements inside a typed array of JavaScript's; valid until the call returns. */
template <typename T>
struct Span {
  T* data = nullptr;
  size_t length = 0;
};

template <typename T>
struct ArrayKind;
template <>
struct ArrayKind<float> {
  static constexpr napi_typedarray_type type = napi_float32_array;
  static constexpr const char* name = "Float32Array";
};
template <>
struct ArrayKind<double> {
  static constexpr napi_typedarray_type type = napi_float64_array;
  static constexpr const char* name = "Float64Array";
};
template <>
struct ArrayKind<int32_t> {
  static constexpr napi_typedarray_type type = napi_int32_array;
  static constexpr const char* name = "Int32Array";
};
template <>
struct ArrayKind<uint32_t> {
  static constexpr napi_typedarray_type type = napi_uint32_array;
  static constexpr const char* name = "Uint32Array";
};
template <>
struct ArrayKind<uint8_t> {
  static constexpr napi_typedarray_type type = napi_uint8_array;
  static constexpr const char* name = "Uint8Array";
};

/** As JavaScript prints it where it is an integer; six digits otherwise. */
inline std::string printNumber(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  char text[40];
  std::snprintf(text, sizeof text, value == std::floor(value) && std::fabs(value) < 1e15 ? "%.0f" : "%g", value);
  return text;
}

class Arguments {
 public:
  Arguments(napi_env env, napi_callback_info info, const char* kernel) : env_(env), kernel_(kernel) {
    size_t count = 1;
    napi_valuetype type = napi_undefined;
    if (napi_get_cb_info(env, info, &count, &object_, nullptr, nullptr) != napi_ok || count < 1 ||
        napi_typeof(env, object_, &type) != napi_ok || type != napi_object)
      throw ArgumentError{"wrong-type", std::string(kernel) + ": expected one object of arguments", true};
  }

  /** A finite number. */
  double number(const char* name, double low, double high) const {
    double value = 0;
    if (napi_get_value_double(env_, property(name), &value) != napi_ok) wrongType(name, "a number");
    if (!std::isfinite(value)) throw ArgumentError{"not-finite", path(name) + " is " + printNumber(value) + "; expected a finite number"};
    if (value < low || value > high)
      throw ArgumentError{"out-of-range", path(name) + " is " + printNumber(value) + "; expected " + printNumber(low) + " to " + printNumber(high)};
    return value;
  }

  /** An integer in [low, high]. */
  int64_t integer(const char* name, int64_t low, int64_t high) const {
    double value = number(name, static_cast<double>(low), static_cast<double>(high));
    if (value != std::floor(value)) throw ArgumentError{"out-of-range", path(name) + " is " + printNumber(value) + "; expected an integer"};
    return static_cast<int64_t>(value);
  }

  /** One of a few integers. */
  int64_t oneOf(const char* name, std::initializer_list<int64_t> allowed) const {
    double value = number(name, -1e15, 1e15);
    std::string list;
    for (int64_t one : allowed) {
      if (value == static_cast<double>(one)) return one;
      list += (list.empty() ? "" : " or ") + std::to_string(one);
    }
    throw ArgumentError{"out-of-range", path(name) + " is " + printNumber(value) + "; expected " + list};
  }

  /** A typed array of exactly this kind and length. */
  template <typename T>
  Span<T> array(const char* name, int64_t length) const {
    Span<T> span = array<T>(name);
    if (span.length != static_cast<size_t>(length))
      throw ArgumentError{"wrong-length", path(name) + " has " + std::to_string(span.length) + " elements; expected " + std::to_string(length)};
    return span;
  }

  /** A typed array of exactly this kind and of this length or longer. */
  template <typename T>
  Span<T> arrayOfAtLeast(const char* name, int64_t length) const {
    Span<T> span = array<T>(name);
    if (span.length < static_cast<size_t>(length))
      throw ArgumentError{"wrong-length", path(name) + " has " + std::to_string(span.length) + " elements; expected at least " + std::to_string(length)};
    return span;
  }

  /** A typed array of exactly this kind, of any length. */
  template <typename T>
  Span<T> array(const char* name) const {
    napi_value value = property(name);
    bool isArray = false;
    napi_typedarray_type type = napi_int8_array;
    size_t length = 0;
    void* data = nullptr;
    if (napi_is_typedarray(env_, value, &isArray) != napi_ok || !isArray ||
        napi_get_typedarray_info(env_, value, &type, &length, &data, nullptr, nullptr) != napi_ok || type != ArrayKind<T>::type)
      wrongType(name, ArrayKind<T>::name);
    return {static_cast<T*>(data), data ? length : 0};
  }

  /** Whatever it is. */
  napi_value value(const char* name) const { return property(name); }

  /** True where the object has the property and it is neither undefined nor null. */
  bool has(const char* name) const {
    napi_valuetype type = napi_undefined;
    return napi_typeof(env_, property(name), &type) == napi_ok && type != napi_undefined && type != napi_null;
  }

 private:
  napi_value property(const char* name) const {
    napi_value value = nullptr;
    if (napi_get_named_property(env_, object_, name, &value) != napi_ok) throw ArgumentError{"wrong-type", path(name) + " cannot be read", true};
    return value;
  }

  [[noreturn]] void wrongType(const char* name, const char* expected) const {
    throw ArgumentError{"wrong-type", path(name) + " is not " + (expected[0] == 'a' ? "" : "a ") + expected, true};
  }

  std::string path(const char* name) const { return std::string(kernel_) + ": " + name; }

  napi_env env_;
  const char* kernel_;
  napi_value object_ = nullptr;
};

/** Throws unless every element is finite. */
inline void requireFinite(const char* kernel, const char* name, Span<float> span) {
  for (size_t index = 0; index < span.length; index++)
    if (!std::isfinite(span.data[index]))
      throw ArgumentError{"not-finite", std::string(kernel) + ": " + name + "[" + std::to_string(index) + "] is " + printNumber(span.data[index]) + "; expected a finite number"};
}

}  // namespace likeness
