// The client's modules, as text, by the path each is served at (assets.ts).
import sdkAddress from "../../static/sdk/address.js" with { type: "text" };
import sdkAlarm from "../../static/sdk/alarm.js" with { type: "text" };
import sdkChat from "../../static/sdk/chat.js" with { type: "text" };
import sdkConnect from "../../static/sdk/connect.js" with { type: "text" };
import sdkConnection from "../../static/sdk/connection.js" with { type: "text" };
import sdkCredential from "../../static/sdk/credential.js" with { type: "text" };
import sdkEvents from "../../static/sdk/events.js" with { type: "text" };
import sdkFiles from "../../static/sdk/files.js" with { type: "text" };
import sdkFold from "../../static/sdk/fold.js" with { type: "text" };
import sdkFrames from "../../static/sdk/frames.js" with { type: "text" };
import sdkLink from "../../static/sdk/link.js" with { type: "text" };
import sdkMembers from "../../static/sdk/members.js" with { type: "text" };
import sdkPace from "../../static/sdk/pace.js" with { type: "text" };
import sdkQuestions from "../../static/sdk/questions.js" with { type: "text" };
import sdkReadMarks from "../../static/sdk/read_marks.js" with { type: "text" };
import sdkReconnect from "../../static/sdk/reconnect.js" with { type: "text" };
import sdkRequests from "../../static/sdk/requests.js" with { type: "text" };
import sdkRoomState from "../../static/sdk/room_state.js" with { type: "text" };
import sdkRooms from "../../static/sdk/rooms.js" with { type: "text" };
import sdkStorage from "../../static/sdk/storage.js" with { type: "text" };
import sdkTraffic from "../../static/sdk/traffic.js" with { type: "text" };
import sdkUnsent from "../../static/sdk/unsent.js" with { type: "text" };

export const SDK_FILES: Record<string, string> = {
  "/sdk/address.js": sdkAddress,
  "/sdk/alarm.js": sdkAlarm,
  "/sdk/chat.js": sdkChat,
  "/sdk/connect.js": sdkConnect,
  "/sdk/connection.js": sdkConnection,
  "/sdk/credential.js": sdkCredential,
  "/sdk/events.js": sdkEvents,
  "/sdk/files.js": sdkFiles,
  "/sdk/fold.js": sdkFold,
  "/sdk/frames.js": sdkFrames,
  "/sdk/link.js": sdkLink,
  "/sdk/members.js": sdkMembers,
  "/sdk/pace.js": sdkPace,
  "/sdk/questions.js": sdkQuestions,
  "/sdk/read_marks.js": sdkReadMarks,
  "/sdk/reconnect.js": sdkReconnect,
  "/sdk/requests.js": sdkRequests,
  "/sdk/room_state.js": sdkRoomState,
  "/sdk/rooms.js": sdkRooms,
  "/sdk/storage.js": sdkStorage,
  "/sdk/traffic.js": sdkTraffic,
  "/sdk/unsent.js": sdkUnsent,
};
