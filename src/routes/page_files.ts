// The page itself and what stands beside it in static/, as text, by the path each is served at (assets.ts).
import app from "../../static/app.js" with { type: "text" };
import appIconPngBase64 from "../../static/app_icon.png.base64" with { type: "text" };
import appIconSvg from "../../static/app_icon.svg" with { type: "text" };
import chatDts from "../../static/chat.d.ts" with { type: "text" };
import chat from "../../static/chat.js" with { type: "text" };
import conversation from "../../static/conversation.js" with { type: "text" };
import deeds from "../../static/deeds.js" with { type: "text" };
import first from "../../static/first.js" with { type: "text" };
import house from "../../static/house.js" with { type: "text" };
import iconSvg from "../../static/icon.svg" with { type: "text" };
import iconMentionSvg from "../../static/icon_mention.svg" with { type: "text" };
import iconUnreadSvg from "../../static/icon_unread.svg" with { type: "text" };
import indexHtml from "../../static/index.html" with { type: "text" };
import protocolDts from "../../static/protocol.d.ts" with { type: "text" };
import sides from "../../static/sides.js" with { type: "text" };
import snugWebmanifest from "../../static/snug.webmanifest" with { type: "text" };
import sw from "../../static/sw.js" with { type: "text" };
import writing from "../../static/writing.js" with { type: "text" };

export const PAGE_FILES: Record<string, string> = {
  "/app.js": app,
  "/app_icon.png": appIconPngBase64,
  "/app_icon.svg": appIconSvg,
  "/chat.d.ts": chatDts,
  "/chat.js": chat,
  "/conversation.js": conversation,
  "/deeds.js": deeds,
  "/first.js": first,
  "/house.js": house,
  "/icon.svg": iconSvg,
  "/icon_mention.svg": iconMentionSvg,
  "/icon_unread.svg": iconUnreadSvg,
  "/": indexHtml,
  "/protocol.d.ts": protocolDts,
  "/sides.js": sides,
  "/snug.webmanifest": snugWebmanifest,
  "/sw.js": sw,
  "/writing.js": writing,
};
