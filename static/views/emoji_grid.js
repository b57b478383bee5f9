// @ts-check
// The emoji one may react with here, and what they are called. Any other may come from elsewhere.

/** @type {Record<string, string>} */
const NAMES = {
  "👍": "thumbs up",
  "❤️": "heart",
  "😂": "tears of joy",
  "🎉": "party",
  "👀": "eyes",
  "👎": "thumbs down",
  "🙏": "thank you",
  "👏": "applause",
  "🙌": "hands up",
  "💪": "strong",
  "🤝": "handshake",
  "👋": "wave",
  "👌": "fine",
  "😀": "smile",
  "😄": "laugh",
  "😅": "sweat",
  "😊": "glad",
  "😍": "in love",
  "🥰": "adored",
  "😎": "cool",
  "🤔": "thinking",
  "😮": "astonished",
  "😢": "sad",
  "😭": "crying",
  "😡": "angry",
  "😴": "asleep",
  "🙈": "not looking",
  "🤷": "shrug",
  "🔥": "fire",
  "✨": "sparkles",
  "⭐": "star",
  "💯": "hundred",
  "✅": "done",
  "❌": "no",
  "❓": "question",
  "💡": "idea",
  "🚀": "rocket",
  "🔧": "wrench",
  "🐛": "bug",
  "☕": "coffee",
};

export const QUICK = ["👍", "❤️", "😂", "🎉", "👀"];
export const EMOJI = Object.keys(NAMES).filter((emoji) => !QUICK.includes(emoji));

/** @param {string} emoji */
export function nameOf(emoji) {
  return NAMES[emoji] ?? emoji;
}
