// The browser client's files. They are part of the program: imported as text, so that the module
// graph alone holds everything. A test holds that every file of static/ is here.
import { type Context, Hono } from "hono";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { AppEnv } from "./env.ts";
import app from "../../static/app.js" with { type: "text" };
import appIconPngBase64 from "../../static/app_icon.png.base64" with { type: "text" };
import appIconSvg from "../../static/app_icon.svg" with { type: "text" };
import chat from "../../static/chat.js" with { type: "text" };
import conversation from "../../static/conversation.js" with { type: "text" };
import cssActionsCss from "../../static/css/actions.css" with { type: "text" };
import cssBaseCss from "../../static/css/base.css" with { type: "text" };
import cssCompletionCss from "../../static/css/completion.css" with { type: "text" };
import cssComposerCss from "../../static/css/composer.css" with { type: "text" };
import cssDialogCss from "../../static/css/dialog.css" with { type: "text" };
import cssDoorCss from "../../static/css/door.css" with { type: "text" };
import cssHelpCss from "../../static/css/help.css" with { type: "text" };
import cssLayoutCss from "../../static/css/layout.css" with { type: "text" };
import cssLogCss from "../../static/css/log.css" with { type: "text" };
import cssMessageCss from "../../static/css/message.css" with { type: "text" };
import cssPanelCss from "../../static/css/panel.css" with { type: "text" };
import cssPeopleCss from "../../static/css/people.css" with { type: "text" };
import cssPopupCss from "../../static/css/popup.css" with { type: "text" };
import cssSearchCss from "../../static/css/search.css" with { type: "text" };
import cssTokensCss from "../../static/css/tokens.css" with { type: "text" };
import deeds from "../../static/deeds.js" with { type: "text" };
import first from "../../static/first.js" with { type: "text" };
import house from "../../static/house.js" with { type: "text" };
import iconSvg from "../../static/icon.svg" with { type: "text" };
import iconMentionSvg from "../../static/icon_mention.svg" with { type: "text" };
import iconUnreadSvg from "../../static/icon_unread.svg" with { type: "text" };
import indexHtml from "../../static/index.html" with { type: "text" };
import modelCompletion from "../../static/model/completion.js" with { type: "text" };
import modelCrowd from "../../static/model/crowd.js" with { type: "text" };
import modelEmoji from "../../static/model/emoji.js" with { type: "text" };
import modelHearing from "../../static/model/hearing.js" with { type: "text" };
import modelInline from "../../static/model/inline.js" with { type: "text" };
import modelListing from "../../static/model/listing.js" with { type: "text" };
import modelMarkup from "../../static/model/markup.js" with { type: "text" };
import modelMemory from "../../static/model/memory.js" with { type: "text" };
import modelNames from "../../static/model/names.js" with { type: "text" };
import modelNicks from "../../static/model/nicks.js" with { type: "text" };
import modelOpenRooms from "../../static/model/open_rooms.js" with { type: "text" };
import modelOrder from "../../static/model/order.js" with { type: "text" };
import modelPages from "../../static/model/pages.js" with { type: "text" };
import modelQuoted from "../../static/model/quoted.js" with { type: "text" };
import modelRoom from "../../static/model/room.js" with { type: "text" };
import modelRoster from "../../static/model/roster.js" with { type: "text" };
import modelRows from "../../static/model/rows.js" with { type: "text" };
import modelSaid from "../../static/model/said.js" with { type: "text" };
import modelSlash from "../../static/model/slash.js" with { type: "text" };
import modelSources from "../../static/model/sources.js" with { type: "text" };
import modelStage from "../../static/model/stage.js" with { type: "text" };
import modelTimeline from "../../static/model/timeline.js" with { type: "text" };
import modelTypists from "../../static/model/typists.js" with { type: "text" };
import modelWebAddress from "../../static/model/web_address.js" with { type: "text" };
import modelWishes from "../../static/model/wishes.js" with { type: "text" };
import sdkAddress from "../../static/sdk/address.js" with { type: "text" };
import sdkAlarm from "../../static/sdk/alarm.js" with { type: "text" };
import sdkChat from "../../static/sdk/chat.js" with { type: "text" };
import sdkConnect from "../../static/sdk/connect.js" with { type: "text" };
import sdkConnection from "../../static/sdk/connection.js" with { type: "text" };
import sdkCredential from "../../static/sdk/credential.js" with { type: "text" };
import sdkDrafts from "../../static/sdk/drafts.js" with { type: "text" };
import sdkEvents from "../../static/sdk/events.js" with { type: "text" };
import sdkFold from "../../static/sdk/fold.js" with { type: "text" };
import sdkFrames from "../../static/sdk/frames.js" with { type: "text" };
import sdkLink from "../../static/sdk/link.js" with { type: "text" };
import sdkPace from "../../static/sdk/pace.js" with { type: "text" };
import sdkQuestions from "../../static/sdk/questions.js" with { type: "text" };
import sdkReadMarks from "../../static/sdk/read_marks.js" with { type: "text" };
import sdkReconnect from "../../static/sdk/reconnect.js" with { type: "text" };
import sdkRenewal from "../../static/sdk/renewal.js" with { type: "text" };
import sdkRequests from "../../static/sdk/requests.js" with { type: "text" };
import sdkRoomState from "../../static/sdk/room_state.js" with { type: "text" };
import sdkRooms from "../../static/sdk/rooms.js" with { type: "text" };
import sdkStorage from "../../static/sdk/storage.js" with { type: "text" };
import sdkTraffic from "../../static/sdk/traffic.js" with { type: "text" };
import sdkUnsent from "../../static/sdk/unsent.js" with { type: "text" };
import sides from "../../static/sides.js" with { type: "text" };
import snugWebmanifest from "../../static/snug.webmanifest" with { type: "text" };
import sw from "../../static/sw.js" with { type: "text" };
import viewsActions from "../../static/views/actions.js" with { type: "text" };
import viewsAppearance from "../../static/views/appearance.js" with { type: "text" };
import viewsAsk from "../../static/views/ask.js" with { type: "text" };
import viewsBadge from "../../static/views/badge.js" with { type: "text" };
import viewsBuild from "../../static/views/build.js" with { type: "text" };
import viewsChoice from "../../static/views/choice.js" with { type: "text" };
import viewsClock from "../../static/views/clock.js" with { type: "text" };
import viewsColumns from "../../static/views/columns.js" with { type: "text" };
import viewsCommands from "../../static/views/commands.js" with { type: "text" };
import viewsCompletion from "../../static/views/completion.js" with { type: "text" };
import viewsComposer from "../../static/views/composer.js" with { type: "text" };
import viewsContext from "../../static/views/context.js" with { type: "text" };
import viewsCopying from "../../static/views/copying.js" with { type: "text" };
import viewsDialog from "../../static/views/dialog.js" with { type: "text" };
import viewsDoor from "../../static/views/door.js" with { type: "text" };
import viewsDrawer from "../../static/views/drawer.js" with { type: "text" };
import viewsEditor from "../../static/views/editor.js" with { type: "text" };
import viewsElement from "../../static/views/element.js" with { type: "text" };
import viewsEmojiGrid from "../../static/views/emoji_grid.js" with { type: "text" };
import viewsFailure from "../../static/views/failure.js" with { type: "text" };
import viewsHeader from "../../static/views/header.js" with { type: "text" };
import viewsHelp from "../../static/views/help.js" with { type: "text" };
import viewsJump from "../../static/views/jump.js" with { type: "text" };
import viewsKeyboard from "../../static/views/keyboard.js" with { type: "text" };
import viewsKeyed from "../../static/views/keyed.js" with { type: "text" };
import viewsKeys from "../../static/views/keys.js" with { type: "text" };
import viewsLamp from "../../static/views/lamp.js" with { type: "text" };
import viewsLog from "../../static/views/log.js" with { type: "text" };
import viewsMarks from "../../static/views/marks.js" with { type: "text" };
import viewsMemberMenu from "../../static/views/member_menu.js" with { type: "text" };
import viewsMenu from "../../static/views/menu.js" with { type: "text" };
import viewsMessageMenu from "../../static/views/message_menu.js" with { type: "text" };
import viewsNick from "../../static/views/nick.js" with { type: "text" };
import viewsNotifier from "../../static/views/notifier.js" with { type: "text" };
import viewsOffers from "../../static/views/offers.js" with { type: "text" };
import viewsPeople from "../../static/views/people.js" with { type: "text" };
import viewsPlace from "../../static/views/place.js" with { type: "text" };
import viewsPopup from "../../static/views/popup.js" with { type: "text" };
import viewsQuote from "../../static/views/quote.js" with { type: "text" };
import viewsReactions from "../../static/views/reactions.js" with { type: "text" };
import viewsRooms from "../../static/views/rooms.js" with { type: "text" };
import viewsRove from "../../static/views/rove.js" with { type: "text" };
import viewsSaid from "../../static/views/said.js" with { type: "text" };
import viewsScroll from "../../static/views/scroll.js" with { type: "text" };
import viewsSearch from "../../static/views/search.js" with { type: "text" };
import viewsSettings from "../../static/views/settings.js" with { type: "text" };
import viewsShell from "../../static/views/shell.js" with { type: "text" };
import viewsSpeech from "../../static/views/speech.js" with { type: "text" };
import viewsSpoken from "../../static/views/spoken.js" with { type: "text" };
import viewsStatus from "../../static/views/status.js" with { type: "text" };
import viewsStyle from "../../static/views/style.js" with { type: "text" };
import viewsTab from "../../static/views/tab.js" with { type: "text" };
import viewsWording from "../../static/views/wording.js" with { type: "text" };
import viewsWorker from "../../static/views/worker.js" with { type: "text" };
import writing from "../../static/writing.js" with { type: "text" };

/** Path → text. */
const FILES: Record<string, string> = {
  "/": indexHtml,
  "/app.js": app,
  "/app_icon.png": appIconPngBase64,
  "/app_icon.svg": appIconSvg,
  "/chat.js": chat,
  "/conversation.js": conversation,
  "/css/actions.css": cssActionsCss,
  "/css/base.css": cssBaseCss,
  "/css/completion.css": cssCompletionCss,
  "/css/composer.css": cssComposerCss,
  "/css/dialog.css": cssDialogCss,
  "/css/door.css": cssDoorCss,
  "/css/help.css": cssHelpCss,
  "/css/layout.css": cssLayoutCss,
  "/css/log.css": cssLogCss,
  "/css/message.css": cssMessageCss,
  "/css/panel.css": cssPanelCss,
  "/css/people.css": cssPeopleCss,
  "/css/popup.css": cssPopupCss,
  "/css/search.css": cssSearchCss,
  "/css/tokens.css": cssTokensCss,
  "/deeds.js": deeds,
  "/first.js": first,
  "/house.js": house,
  "/icon.svg": iconSvg,
  "/icon_mention.svg": iconMentionSvg,
  "/icon_unread.svg": iconUnreadSvg,
  "/model/completion.js": modelCompletion,
  "/model/crowd.js": modelCrowd,
  "/model/emoji.js": modelEmoji,
  "/model/hearing.js": modelHearing,
  "/model/inline.js": modelInline,
  "/model/listing.js": modelListing,
  "/model/markup.js": modelMarkup,
  "/model/memory.js": modelMemory,
  "/model/names.js": modelNames,
  "/model/nicks.js": modelNicks,
  "/model/open_rooms.js": modelOpenRooms,
  "/model/order.js": modelOrder,
  "/model/pages.js": modelPages,
  "/model/quoted.js": modelQuoted,
  "/model/room.js": modelRoom,
  "/model/roster.js": modelRoster,
  "/model/rows.js": modelRows,
  "/model/said.js": modelSaid,
  "/model/slash.js": modelSlash,
  "/model/sources.js": modelSources,
  "/model/stage.js": modelStage,
  "/model/timeline.js": modelTimeline,
  "/model/typists.js": modelTypists,
  "/model/web_address.js": modelWebAddress,
  "/model/wishes.js": modelWishes,
  "/sdk/address.js": sdkAddress,
  "/sdk/alarm.js": sdkAlarm,
  "/sdk/chat.js": sdkChat,
  "/sdk/connect.js": sdkConnect,
  "/sdk/connection.js": sdkConnection,
  "/sdk/credential.js": sdkCredential,
  "/sdk/drafts.js": sdkDrafts,
  "/sdk/events.js": sdkEvents,
  "/sdk/fold.js": sdkFold,
  "/sdk/frames.js": sdkFrames,
  "/sdk/link.js": sdkLink,
  "/sdk/pace.js": sdkPace,
  "/sdk/questions.js": sdkQuestions,
  "/sdk/read_marks.js": sdkReadMarks,
  "/sdk/reconnect.js": sdkReconnect,
  "/sdk/renewal.js": sdkRenewal,
  "/sdk/requests.js": sdkRequests,
  "/sdk/room_state.js": sdkRoomState,
  "/sdk/rooms.js": sdkRooms,
  "/sdk/storage.js": sdkStorage,
  "/sdk/traffic.js": sdkTraffic,
  "/sdk/unsent.js": sdkUnsent,
  "/sides.js": sides,
  "/snug.webmanifest": snugWebmanifest,
  "/sw.js": sw,
  "/views/actions.js": viewsActions,
  "/views/appearance.js": viewsAppearance,
  "/views/ask.js": viewsAsk,
  "/views/badge.js": viewsBadge,
  "/views/build.js": viewsBuild,
  "/views/choice.js": viewsChoice,
  "/views/clock.js": viewsClock,
  "/views/columns.js": viewsColumns,
  "/views/commands.js": viewsCommands,
  "/views/completion.js": viewsCompletion,
  "/views/composer.js": viewsComposer,
  "/views/context.js": viewsContext,
  "/views/copying.js": viewsCopying,
  "/views/dialog.js": viewsDialog,
  "/views/door.js": viewsDoor,
  "/views/drawer.js": viewsDrawer,
  "/views/editor.js": viewsEditor,
  "/views/element.js": viewsElement,
  "/views/emoji_grid.js": viewsEmojiGrid,
  "/views/failure.js": viewsFailure,
  "/views/header.js": viewsHeader,
  "/views/help.js": viewsHelp,
  "/views/jump.js": viewsJump,
  "/views/keyboard.js": viewsKeyboard,
  "/views/keyed.js": viewsKeyed,
  "/views/keys.js": viewsKeys,
  "/views/lamp.js": viewsLamp,
  "/views/log.js": viewsLog,
  "/views/marks.js": viewsMarks,
  "/views/member_menu.js": viewsMemberMenu,
  "/views/menu.js": viewsMenu,
  "/views/message_menu.js": viewsMessageMenu,
  "/views/nick.js": viewsNick,
  "/views/notifier.js": viewsNotifier,
  "/views/offers.js": viewsOffers,
  "/views/people.js": viewsPeople,
  "/views/place.js": viewsPlace,
  "/views/popup.js": viewsPopup,
  "/views/quote.js": viewsQuote,
  "/views/reactions.js": viewsReactions,
  "/views/rooms.js": viewsRooms,
  "/views/rove.js": viewsRove,
  "/views/said.js": viewsSaid,
  "/views/scroll.js": viewsScroll,
  "/views/search.js": viewsSearch,
  "/views/settings.js": viewsSettings,
  "/views/shell.js": viewsShell,
  "/views/speech.js": viewsSpeech,
  "/views/spoken.js": viewsSpoken,
  "/views/status.js": viewsStatus,
  "/views/style.js": viewsStyle,
  "/views/tab.js": viewsTab,
  "/views/wording.js": viewsWording,
  "/views/worker.js": viewsWorker,
  "/writing.js": writing,
};

const TYPES: Record<string, string> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  png: "image/png",
  svg: "image/svg+xml",
  webmanifest: "application/manifest+json",
};

/** What the service worker keeps; it is another version when any file is another. */
const SHELL = {
  version: tagOf(JSON.stringify(FILES)),
  files: Object.keys(FILES).filter((path) => path !== "/sw.js"),
};

/** Scripts and styles of the page's own, nothing else, and no HTML from strings. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types snug-worker",
].join("; ");

/** The service worker's own: what it fetches for the page goes by this one. */
const WORKER_POLICY = "default-src 'none'; connect-src 'self'";

/** A room's own path, and that of a message in it. */
const PAGES = ["/", "/r/:room", "/r/:room/", "/r/:room/:seq{[0-9]+}", "/r/:room/:seq{[0-9]+}/"];

/** A client that takes gzip; `q=0` says that it does not. */
const TAKES_GZIP = /(?:^|[\s,])(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[^,]*)?(?:,|$)/i;

/** Serves the page at the paths of rooms and messages, and the files beside it. */
export function assets() {
  const routes = new Hono<AppEnv>();
  const all = { ...FILES, "/shell.json": JSON.stringify(SHELL) };
  for (const [path, text] of Object.entries(all)) {
    const type = path === "/" ? "html" : path.slice(path.lastIndexOf(".") + 1);
    const body = Buffer.from(text, type === "png" ? "base64" : "utf-8");
    const tag = tagOf(text);
    const headers = headersOf(path, type);
    // Packed once, by who first asks for it so: a start does not wait for all of them.
    let packed: Uint8Array<ArrayBuffer> | undefined;
    const answer = (context: Context<AppEnv>) => {
      const isPacked = type !== "png" &&
        TAKES_GZIP.test(context.req.header("accept-encoding") ?? "");
      const own = { ...headers, etag: isPacked ? `"${tag}-gzip"` : `"${tag}"` };
      // A list, in which a proxy that compresses has made tags weak (RFC 9110, 13.1.2).
      if (context.req.header("if-none-match")?.includes(tag)) return context.body(null, 304, own);
      const sent = isPacked ? packed ??= Uint8Array.from(gzipSync(body, { level: 9 })) : body;
      return context.body(sent, 200, {
        ...own,
        ...(isPacked && { "content-encoding": "gzip" }),
        // Said here, because an answer to HEAD has no body that it could be counted from.
        "content-length": String(sent.length),
      });
    };
    for (const route of path === "/" ? PAGES : [path]) routes.get(route, answer);
  }
  return routes;
}

function tagOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 22);
}

function headersOf(path: string, type: string) {
  return {
    "content-type": TYPES[type]!,
    // Asked for again each time, and answered with 304 unless Snug was upgraded.
    "cache-control": "no-cache",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    ...(type !== "png" && { vary: "accept-encoding" }),
    // Any page may import the client (`/chat.js`).
    ...(type === "js" && {
      "access-control-allow-origin": "*",
      "cross-origin-resource-policy": "cross-origin",
    }),
    ...(type === "html" && { "content-security-policy": PAGE_POLICY }),
    ...(path === "/sw.js" && { "content-security-policy": WORKER_POLICY }),
  };
}
