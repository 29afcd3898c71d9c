/** @file Words among which clusters find their names: common things, places, doings and looks of pictures. The folders of the collection come on top. */

const subjects = [
  "people", "portrait", "face", "child", "baby", "crowd", "family", "wedding", "party", "concert", "dancing", "sports", "football", "skiing", "swimming",
  "dog", "cat", "horse", "cow", "sheep", "bird", "fish", "insect", "butterfly", "bee", "spider", "snake", "elephant", "lion", "monkey", "duck", "penguin",
  "flower", "tree", "forest", "leaf", "mushroom", "grass", "garden", "vegetables", "fruit", "food", "bread", "cake", "coffee", "drink", "dinner table",
  "beach", "sea", "river", "lake", "waterfall", "mountain", "desert", "field", "snow", "sky", "clouds", "sunset", "night", "stars", "moon", "rain", "fog",
  "city", "street", "building", "skyscraper", "house", "church", "castle", "bridge", "ruins", "market", "shop", "restaurant", "museum", "statue",
  "room", "kitchen", "bedroom", "bathroom", "office", "classroom", "furniture", "chair", "lamp", "window", "door", "stairs",
  "car", "bus", "truck", "train", "bicycle", "motorcycle", "airplane", "boat", "ship", "airport", "railway station", "road", "traffic sign",
  "computer", "telephone", "camera", "screenshot", "book", "newspaper", "document", "handwriting", "map", "diagram", "chart", "table of numbers", "logo",
  "painting", "drawing", "cartoon", "sketch", "icon", "pattern", "texture", "toy", "tool", "machine", "clothes", "shoes", "jewellery", "musical instrument",
  "x-ray", "chest x-ray", "bone x-ray", "microscope image", "cells", "tissue slide", "brain scan", "ultrasound", "retina", "skin", "teeth",
  "satellite image", "aerial photo", "fire", "smoke", "rocks", "sand", "wood", "metal", "glass", "fabric", "paper", "black and white photo", "close-up",
  "blurred photo", "dark photo", "digits", "letters",
]; // prettier-ignore

/** With the last parts of these folders, each word once. */
export function clusterWords(folders: readonly string[]): string[] {
  const names = folders
    .map((folder) => (folder.split(/[/\\]/u).at(-1) ?? "").replace(/[_-]+/gu, " ").trim().toLowerCase())
    .filter((name) => name.length > 2 && name.length < 40 && !/^\d+$/u.test(name));
  return [...new Set([...subjects, ...names])].slice(0, 1000);
}
